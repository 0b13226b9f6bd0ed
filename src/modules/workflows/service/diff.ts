// Compares two versions. Nodes are matched by id, triggers by key and edges by what they connect. Each value that differs is
// reported with its path. Definitions have at most 64 levels, so recursion is safe.
import { canonicalJson } from '../../../core/json.ts'
import type { Definition, Edge, Node } from '../../../engine/model/definition.ts'
import { formatLocation } from '../../../engine/model/problem.ts'
import type { StoredTrigger } from '../../triggers/index.ts'
import type { Difference, WorkflowDiff } from '../schema/version.ts'

export type Parts = { definition: Definition; triggers: StoredTrigger[] }

export function diffVersions(before: Parts, after: Parts): Omit<WorkflowDiff, 'from' | 'to'> {
  const {
    nodes: nodesBefore,
    edges: edgesBefore = [],
    settings: settingsBefore,
    ...restBefore
  } = before.definition
  const {
    nodes: nodesAfter,
    edges: edgesAfter = [],
    settings: settingsAfter,
    ...restAfter
  } = after.definition
  const nodes = diffLists(nodesBefore, nodesAfter, (node: Node) => node.id)
  const edges = diffLists(edgesBefore, edgesAfter, edgeName)
  const triggers = diffLists(before.triggers, after.triggers, (one: StoredTrigger) => one.key ?? one.type)
  const settings = differences(settingsBefore ?? {}, settingsAfter ?? {})
  const other = differences(restBefore, restAfter)
  const same =
    [nodes, edges, triggers].every(
      ({ added, removed, changed }) => added.length + removed.length + changed.length === 0,
    ) && settings.length + other.length === 0
  return {
    same,
    nodes: {
      added: nodes.added.map(({ name }) => name),
      removed: nodes.removed.map(({ name }) => name),
      changed: nodes.changed.map(({ name, changes }) => ({ id: name, changes })),
    },
    edges: {
      added: edges.added.map(({ item }) => item),
      removed: edges.removed.map(({ item }) => item),
      changed: edges.changed.map(({ item, changes }) => ({ edge: item, changes })),
    },
    settings,
    triggers: {
      added: triggers.added.map(({ name }) => name),
      removed: triggers.removed.map(({ name }) => name),
      changed: triggers.changed.map(({ name, changes }) => ({ key: name, changes })),
    },
    other,
  }
}

const edgeName = ({ from, to, port = 'main', toPort = 'main' }: Edge): string =>
  JSON.stringify([from, port, to, toPort])

type Named<T> = { name: string; item: T }

function diffLists<T>(before: readonly T[], after: readonly T[], nameOf: (item: T) => string) {
  const old = byName(before, nameOf)
  const fresh = byName(after, nameOf)
  const added: Named<T>[] = []
  const removed: Named<T>[] = []
  const changed: (Named<T> & { changes: Difference[] })[] = []
  for (const [name, item] of fresh) {
    const was = old.get(name)
    if (was === undefined) added.push({ name, item })
    else {
      const changes = differences(was, item)
      if (changes.length > 0) changed.push({ name, item, changes })
    }
  }
  for (const [name, item] of old) if (!fresh.has(name)) removed.push({ name, item })
  return { added, removed, changed }
}

/** Two edges may connect the same ports; each is compared separately. */
function byName<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, T> {
  const named = new Map<string, T>()
  for (const item of items) {
    const base = nameOf(item)
    let name = base
    for (let n = 2; named.has(name); n++) name = `${base}#${n}`
    named.set(name, item)
  }
  return named
}

export function differences(before: unknown, after: unknown, at: PropertyKey[] = []): Difference[] {
  if (before === after) return []
  const path = formatLocation(at)
  if (before === undefined) return [{ path, kind: 'added', after }]
  if (after === undefined) return [{ path, kind: 'removed', before }]
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length)
    return Array.from({ length }, (_, i) => differences(before[i], after[i], [...at, i])).flat()
  }
  if (isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)])
    return [...keys].flatMap((key) => differences(before[key], after[key], [...at, key]))
  }
  return canonicalJson(before) === canonicalJson(after) ? [] : [{ path, kind: 'changed', before, after }]
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
