// The table of statuses, cycles, and critical paths, compared with slow and simple computations.
import { expect, test } from 'vitest'
import {
  criticalPath,
  findCyclePath,
  findCycles,
  type GraphNode,
} from '../../src/modules/tasks/pure/graph.ts'
import { mermaidOf } from '../../src/modules/tasks/pure/mermaid.ts'
import { percentile } from '../../src/modules/tasks/pure/spread.ts'
import { ALLOWED, ENDED_STATUSES, mayBecome, NEXT, sumOf } from '../../src/modules/tasks/pure/status.ts'
import { randomFrom } from '../contract/support/random.ts'
import { casesOf, repeatWith, SEED } from '../helpers/random-cases.ts'

test('every action leads to a status', () => {
  const target = {
    execute: 'queued',
    cancel: 'cancelled',
    pause: 'paused',
    resume: 'queued',
    retry: 'queued',
  } as const
  for (const [verb, statuses] of Object.entries(ALLOWED))
    for (const status of statuses) {
      const to = target[verb as keyof typeof target]
      if (verb === 'pause' && status === 'queued') continue
      expect([verb, status, mayBecome(status, to)]).toEqual([verb, status, true])
    }
  for (const status of ENDED_STATUSES) expect(NEXT[status]).not.toContain('draft')
})

const hasCycleSlowly = (nodes: readonly GraphNode[]): boolean => tangledSlowly(nodes).length > 0

/** The tasks with a point that comes before itself. Follows all paths step by step until nothing more is reached. */
function tangledSlowly(nodes: readonly GraphNode[]): string[] {
  const edges: [string, string][] = nodes.flatMap(({ id, parentId, dependsOn }) => [
    [`e${id}`, `s${id}`] as [string, string],
    ...dependsOn.map((other): [string, string] => [`s${id}`, `e${other}`]),
    ...(parentId === null
      ? []
      : ([
          [`s${id}`, `s${parentId}`],
          [`e${parentId}`, `e${id}`],
        ] as [string, string][])),
  ])
  const names = [...new Set(edges.flat())]
  const reach = new Map(names.map((name) => [name, new Set<string>()]))
  for (const [a, b] of edges) reach.get(a)?.add(b)
  for (const k of names)
    for (const a of names) if (reach.get(a)?.has(k)) for (const b of reach.get(k) ?? []) reach.get(a)?.add(b)
  const inCycles = names.filter((name) => reach.get(name)?.has(name)).map((name) => name.slice(1))
  return nodes.map(({ id }) => id).filter((id) => inCycles.includes(id))
}

test('cycles are found exactly where they exist', () => {
  for (let n = 0; n < casesOf(10_000); n++) {
    const random = randomFrom(SEED + n)
    const size = 2 + random.below(5)
    const ids = Array.from({ length: size }, (_, at) => String(at))
    const nodes = ids.map(
      (id, at): GraphNode => ({
        id,
        parentId: at > 0 && random.chance(0.4) ? String(random.below(at)) : null,
        dependsOn: ids.filter((other) => other !== id && random.chance(0.2)),
      }),
    )
    const path = findCyclePath(nodes)
    expect([repeatWith(SEED + n), path !== null]).toEqual([repeatWith(SEED + n), hasCycleSlowly(nodes)])
    if (path !== null) expect(path[0]).toBe(path.at(-1))
    const cycles = findCycles(nodes)
    const inCycles = ids.filter((id) => cycles.some((cycle) => cycle.ids.has(id)))
    expect([repeatWith(SEED + n), inCycles]).toEqual([repeatWith(SEED + n), tangledSlowly(nodes)])
    for (const cycle of cycles) expect(cycle.path.every((id) => cycle.ids.has(id))).toBe(true)
  }
})

test('a task that waits for itself, or for its parent, is a cycle', () => {
  expect(findCyclePath([{ id: 'a', parentId: null, dependsOn: ['a'] }])).toEqual(['a', 'a'])
  expect(
    findCyclePath([
      { id: 'p', parentId: null, dependsOn: [] },
      { id: 'c', parentId: 'p', dependsOn: ['p'] },
    ]),
  ).not.toBeNull()
})

test('a chain of 10,000 tasks and a fan of 10,000 are searched quickly', () => {
  const chain = Array.from({ length: 10_000 }, (_, n) => ({
    id: `${n}`,
    parentId: null,
    dependsOn: n === 0 ? [] : [`${n - 1}`],
    durationMs: 1,
  }))
  expect(findCyclePath(chain)).toBeNull()
  expect(criticalPath(chain)).toHaveLength(10_000)
  const fan = Array.from({ length: 10_000 }, (_, n) => ({
    id: `${n}`,
    parentId: null,
    dependsOn: n === 0 ? [] : ['0'],
    durationMs: 1,
  }))
  expect(criticalPath(fan)).toHaveLength(2)
})

test('parents follow from their subtasks', () => {
  const part = (status: any, progress = 0, weight = 1) => ({ status, progress, weight })
  expect(sumOf([part('succeeded'), part('running', 50)])).toEqual({ status: 'running', progress: 75 })
  expect(sumOf([part('succeeded'), part('draft')])).toEqual({ status: 'waiting', progress: 50 })
  expect(sumOf([part('succeeded'), part('failed')])).toEqual({ status: 'failed', progress: 100 })
  expect(sumOf([part('skipped'), part('skipped')])).toEqual({ status: 'skipped', progress: 100 })
  expect(sumOf([part('draft', 0, 0)])).toEqual({ status: 'draft', progress: 0 })
})

test('no title breaks out of its label in Mermaid', () => {
  const text = mermaidOf({
    nodes: [{ id: 'a', title: 'x"] --> b["y', status: 'draft' }],
    edges: [],
    criticalPath: [],
  })
  expect(text.split('\n')[1]).toMatch(/^ {2}t0\["[^"]*"\]$/)
})

test('percentiles use the nearest rank', () => {
  expect([percentile([], 0.5), percentile([7], 0.95), percentile([1, 2, 3, 4], 0.5)]).toEqual([null, 7, 2])
})
