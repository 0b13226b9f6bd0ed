// The steps of a definition in topological order. The steps inside a group follow their group.
import type { Definition, EdgeDef, NodeDef } from './event.ts'
import { inFrame } from './path.ts'

export type StepDef = {
  /** As `stepOf` returns it for each of its places. */
  key: string
  id: string
  name: string
  type: string
  node: NodeDef
  parent: string | null
  depth: number
  isGroup: boolean
  hasEach: boolean
  /** The step whose effect it undoes. */
  undoes: string | null
}
export type WireDef = { id: string; from: string; to: string; port: string; isBack: boolean }
export type Outline = {
  steps: StepDef[]
  byKey: ReadonlyMap<string, StepDef>
  wires: WireDef[]
  /** The steps of a group, or with null the top-level ones. */
  children: ReadonlyMap<string | null, StepDef[]>
}

const GROUP = 'flow.group'

/** The steps inside a group. */
export function bodyOf(node: NodeDef): Definition | null {
  const body = node.type === GROUP ? (node.params?.body as Definition | undefined) : undefined
  return Array.isArray(body?.nodes) ? body : null
}

export function outlineOf(definition: Definition): Outline {
  const steps: StepDef[] = []
  const wires: WireDef[] = []
  const children = new Map<string | null, StepDef[]>()
  const walk = ({ nodes, edges = [] }: Definition, parent: string | null, depth: number) => {
    const frame = parent ?? ''
    const own: StepDef[] = []
    children.set(parent, own)
    const undoers = new Map(
      nodes.flatMap(({ id, undo }) => (undo === undefined ? [] : [[undo, id] as const])),
    )
    for (const node of inOrder(nodes, edges)) {
      const undone = undoers.get(node.id)
      const body = bodyOf(node)
      const step: StepDef = {
        key: undone === undefined ? inFrame(frame, node.id) : `${inFrame(frame, undone)}!undo`,
        id: node.id,
        name: node.name || node.id,
        type: node.type,
        node,
        parent,
        depth,
        isGroup: body !== null,
        hasEach: node.each !== undefined,
        undoes: undone ?? null,
      }
      own.push(step)
      steps.push(step)
      if (body !== null) walk(body, step.key, depth + 1)
    }
    for (const { from, to, port = 'main', back = false } of edges)
      wires.push({
        id: `${inFrame(frame, from)}>${to}:${port}`,
        from: inFrame(frame, from),
        to: inFrame(frame, to),
        port,
        isBack: back,
      })
  }
  walk(definition, null, 0)
  return { steps, byKey: new Map(steps.map((one) => [one.key, one])), wires, children }
}

/** A node comes after all its predecessors, otherwise in the order of the definition. Nodes blocked by a loop come last. */
export function inOrder(nodes: readonly NodeDef[], edges: readonly EdgeDef[]): NodeDef[] {
  const open = new Map(nodes.map(({ id }) => [id, 0]))
  const outOf = new Map<string, string[]>()
  for (const { from, to, back } of edges) {
    if (back || !open.has(to)) continue
    open.set(to, open.get(to)! + 1)
    outOf.set(from, [...(outOf.get(from) ?? []), to])
  }
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const ready = nodes.filter(({ id }) => open.get(id) === 0)
  const order: NodeDef[] = []
  for (let at = 0; at < ready.length; at++) {
    const node = ready[at]!
    order.push(node)
    for (const to of outOf.get(node.id) ?? []) {
      const left = open.get(to)! - 1
      open.set(to, left)
      if (left === 0) ready.push(byId.get(to)!)
    }
  }
  if (order.length === nodes.length) return order
  const placed = new Set(order.map(({ id }) => id))
  return [...order, ...nodes.filter(({ id }) => !placed.has(id))]
}

/** The top-level steps that run again with this one: the step itself and everything after it. */
export function stepsRunAgain({ children, wires }: Outline, id: string): StepDef[] {
  const found = new Set([id])
  for (const key of found) for (const { from, to } of wires) if (from === key) found.add(to)
  return (children.get(null) ?? []).filter(({ key }) => found.has(key))
}

/** Adds the steps that only the log contains, by key: node types may supply inner steps. */
export function withSeen(outline: Outline, seen: readonly string[]): Outline {
  const unknown = seen.filter((key) => !outline.byKey.has(key))
  if (unknown.length === 0) return outline
  const byKey = new Map(outline.byKey)
  const children = new Map([...outline.children].map(([parent, own]) => [parent, [...own]]))
  const add = (key: string): StepDef => {
    const known = byKey.get(key)
    if (known !== undefined) return known
    const dot = key.lastIndexOf('.')
    const parent = dot < 0 ? null : add(key.slice(0, dot))
    const id = key.slice(dot + 1)
    const step: StepDef = {
      key,
      id,
      name: id,
      type: '',
      node: { id, type: '' },
      parent: parent?.key ?? null,
      depth: parent === null ? 0 : parent.depth + 1,
      isGroup: false,
      hasEach: false,
      undoes: null,
    }
    byKey.set(key, step)
    if (parent !== null && !parent.isGroup) open(parent)
    children.set(step.parent, [...(children.get(step.parent) ?? []), step])
    return step
  }
  const open = (step: StepDef) => {
    const group = { ...step, isGroup: true }
    byKey.set(step.key, group)
    const around = children.get(step.parent) ?? []
    children.set(
      step.parent,
      around.map((one) => (one.key === step.key ? group : one)),
    )
  }
  for (const key of unknown) add(key)
  return { ...outline, byKey, children, steps: [...byKey.values()] }
}
