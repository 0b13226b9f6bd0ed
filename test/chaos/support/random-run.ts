// Random workflows of real node types whose result does not depend on timing, so that a disturbed run can be compared
// with an undisturbed one: racing branches are joined, and no branch depends on the response to an effect.
import type { Definition, Edge, Node } from '../../../src/engine/model/definition.ts'
import type { Random } from '../../engine/support/random.ts'

type Names = { next: (kind: string) => string }
type Part = { nodes: Node[]; edges: Edge[]; first: string; last: string }

/** `target` counts the keys of effects. `child` is a workflow of the run's own team. */
export type World = { random: Random; target: string; child: string }

export function randomRun(world: World): Definition {
  const { random } = world
  let count = 0
  const names: Names = { next: (kind) => `${kind}${count++}` }
  const body = randomBody(world, names, 2 + random.int(4), 0)
  const fails = random.chance(0.15)
  if (fails) {
    const id = names.next('fail')
    const from = random.pick(body.nodes)
    body.nodes.push({ id, type: 'flow.fail', params: { message: 'as the test wants it' } })
    body.edges.push({ from: from.id, to: id, port: portOf(from) })
  }
  const { nodes, edges } = body
  return { nodes, edges, settings: { maxParallel: 1 + random.int(4) } }
}

/** Parts in parallel lanes that are joined, one stage after another. */
function randomBody(world: World, names: Names, stages: number, depth: number): Part {
  const { random } = world
  const start: Node = { id: names.next('start'), type: 'flow.noop' }
  const nodes = [start]
  const edges: Edge[] = []
  let before = start.id
  for (let stage = 0; stage < stages; stage++) {
    const lanes = random.chance(0.4) ? 2 + random.int(2) : 1
    const parts = Array.from({ length: lanes }, () => randomPart(world, names, depth))
    for (const part of parts) {
      nodes.push(...part.nodes)
      edges.push({ from: before, to: part.first }, ...part.edges)
    }
    if (parts.length === 1) {
      before = parts[0]!.last
      continue
    }
    const join: Node = random.chance(0.5)
      ? { id: names.next('join'), type: 'flow.noop' }
      : {
          id: names.next('merge'),
          type: 'flow.merge',
          params: { mode: random.pick(['all', 'quorum']), count: lanes },
        }
    if (join.params?.mode === 'all') delete join.params.count
    nodes.push(join)
    for (const part of parts) edges.push({ from: part.last, to: join.id })
    before = join.id
  }
  return { nodes, edges, first: start.id, last: before }
}

function randomPart(world: World, names: Names, depth: number): Part {
  const { random } = world
  const dice = random.next()
  if (dice < 0.2) return single(setNode(world, names))
  if (dice < 0.45) return single(httpNode(world, names))
  if (dice < 0.52)
    return single({
      id: names.next('wait'),
      type: 'flow.wait',
      params: { durationMs: 1 + random.int(90_000) },
    })
  if (dice < 0.6) {
    const id = names.next('event')
    return single({ id, type: 'flow.waitForEvent', params: { name: id } })
  }
  if (dice < 0.65) return approval(names)
  if (dice < 0.7 && depth === 0)
    return single({ id: names.next('child'), type: 'flow.workflow', params: { workflowId: world.child } })
  if (dice < 0.78) return choice(world, names)
  if (dice < 0.86) return loop(world, names)
  if (dice < 0.93 && depth < 2) return single(groupNode(world, names, depth))
  return brokenNode(world, names)
}

const single = (node: Node): Part => ({ nodes: [node], edges: [], first: node.id, last: node.id })

function setNode({ random }: World, names: Names): Node {
  const values: Record<string, unknown> = { n: random.int(100) }
  // So large that it is written piece by piece, before the turn that takes it.
  if (random.chance(0.1)) values.text = "{{ 'x'.repeat(1300000) }}"
  const node: Node = { id: names.next('set'), type: 'data.set', params: { values } }
  if (random.chance(0.3)) {
    const length = random.chance(0.2) ? 300 + random.int(400) : random.int(5)
    node.each = { items: Array.from({ length }, (_, i) => i) }
    node.params = { values: { n: '{{ item * 2 + index }}' } }
  }
  return node
}

function httpNode({ random, target }: World, names: Names): Node {
  const id = names.next('http')
  const failures = random.chance(0.3) ? 1 + random.int(2) : 0
  const node: Node = {
    id,
    type: 'http.request',
    params: { method: 'POST', url: `${target}/flaky/{{ run.id }}-${id}?failures=${failures}` },
  }
  if (failures > 0) node.retry = { attempts: 10, delayMs: 1 + random.int(5_000), jitter: random.chance(0.5) }
  else if (random.chance(0.25)) node.effect = 'at-most-once'
  if (random.chance(0.2)) {
    node.each = { items: Array.from({ length: random.int(4) }, (_, i) => i) }
    if (random.chance(0.5)) node.each.concurrency = 1 + random.int(2)
  }
  return node
}

/** Fails for good, and the run continues after it. */
function brokenNode({ random, target }: World, names: Names): Part {
  const id = names.next('broken')
  const node: Node = {
    id,
    type: 'http.request',
    params: { method: 'POST', url: `${target}/flaky/{{ run.id }}-${id}?failures=1000&how=500` },
    retry: { attempts: 1 + random.int(3), delayMs: 10 },
    onError: random.pick(['continue', 'route']),
  }
  if (node.onError === 'continue') return single(node)
  const handled: Node = { id: names.next('handled'), type: 'flow.noop' }
  return {
    nodes: [node, handled],
    edges: [{ from: id, to: handled.id, port: 'error' }],
    first: id,
    last: handled.id,
  }
}

function approval(names: Names): Part {
  const id = names.next('approval')
  const end: Node = { id: names.next('decided'), type: 'flow.noop' }
  return {
    nodes: [{ id, type: 'flow.approval', params: { title: 'May it?' } }, end],
    edges: [{ from: id, to: end.id, port: 'approved' }],
    first: id,
    last: end.id,
  }
}

function choice(world: World, names: Names): Part {
  const asks: Node = {
    id: names.next('if'),
    type: 'flow.if',
    params: { condition: `{{ input.n > ${world.random.int(10)} }}` },
  }
  const [yes, no] = [httpNode(world, names), setNode(world, names)]
  const end: Node = { id: names.next('end'), type: 'flow.merge', params: { mode: 'any' } }
  return {
    nodes: [asks, yes, no, end],
    edges: [
      { from: asks.id, to: yes.id, port: 'true' },
      { from: asks.id, to: no.id, port: 'false' },
      { from: yes.id, to: end.id },
      { from: no.id, to: end.id },
    ],
    first: asks.id,
    last: end.id,
  }
}

function loop(world: World, names: Names): Part {
  const { random } = world
  const [head, again] = [names.next('head'), names.next('again')]
  const times = 1 + random.int(3)
  const work = random.chance(0.5) ? httpNode(world, names) : setNode(world, names)
  const nodes: Node[] = [
    { id: head, type: 'data.set', params: { values: { n: `{{ (nodes.${again}?.n ?? 0) + 1 }}` } } },
    work,
    { id: again, type: 'data.set', params: { values: { n: `{{ nodes.${head}.n }}` } } },
    { id: `${again}-if`, type: 'flow.if', params: { condition: `{{ nodes.${again}.n < ${times} }}` } },
  ]
  const exit: Node = { id: names.next('exit'), type: 'flow.noop' }
  return {
    nodes: [...nodes, exit],
    edges: [
      { from: head, to: work.id },
      { from: work.id, to: again },
      { from: again, to: `${again}-if` },
      { from: `${again}-if`, to: head, port: 'true', back: true, maxIterations: 10 },
      { from: `${again}-if`, to: exit.id, port: 'false' },
    ],
    first: head,
    last: exit.id,
  }
}

function groupNode(world: World, names: Names, depth: number): Node {
  const { random } = world
  const { nodes, edges } = randomBody(world, names, 1 + random.int(2), depth + 1)
  const node: Node = { id: names.next('group'), type: 'flow.group', params: { body: { nodes, edges } } }
  if (random.chance(0.4)) {
    node.each = { items: Array.from({ length: random.int(4) }, (_, i) => i) }
    if (random.chance(0.5)) node.each.concurrency = 1 + random.int(2)
  }
  return node
}

/** A port that this node uses, or may use. */
function portOf({ type, onError }: Node): string {
  if (type === 'flow.if') return 'false'
  if (type === 'flow.approval') return 'approved'
  return onError === 'route' ? 'error' : 'main'
}
