// Supplied bodies: their names are their own, runs keep them, and a mock may replace the whole node.
import { expect, test } from 'vitest'
import { compile } from '../../src/engine/compile/index.ts'
import { loadPlan } from '../../src/engine/compile/load.ts'
import { nodeTypes } from '../../src/engine/model/node-type.ts'
import { nodeAt, writtenIds } from '../../src/engine/model/plan.ts'
import { adoptForRerun, adoptForRetry } from '../../src/engine/resume/adopt.ts'
import { bodiesToKeep } from '../../src/engine/resume/bodies.ts'
import { changedKept } from '../../src/engine/resume/changed-nodes.ts'
import { drive } from './support/driver.ts'
import { flow, node, pure, TYPES } from './support/types.ts'

const TWO = flow([pure('n1'), node('a', 'boss'), node('b', 'boss')], ['n1>a', 'a>b'])

test('each node has its own inside, under its own path, and the names of the workflow stay free', () => {
  const run = drive(TWO).start()
  expect(run.status('n1')).toBe('succeeded')
  run.ok('a.n1', 'more')
  expect(run.status('a.n2')).toBe('running')
  run.ok('a.n2:0.n3')
  run.ok('a.n2:1.n3')
  expect(run.status('a.n1~2')).toBe('running')
  run.ok('a.n1~2', 'main')
  expect(run.status('a')).toBe('succeeded')
  expect(run.status('b.n1')).toBe('running')
  run.ok('b.n1', 'main')
  expect(run.state.run.status).toBe('succeeded')
  expect(run.ran()).toEqual(['a.n1', 'a.n2:0.n3', 'a.n2:1.n3', 'a.n1~2', 'b.n1'])
})

test('a path leads to the node that it names, in any body', () => {
  const { plan } = drive(TWO)
  const idOf = (path: string) => {
    const found = nodeAt(plan, path)
    return found === undefined ? undefined : plan.nodes[found]?.name
  }
  expect(idOf('n1')).toBe('n1')
  expect(idOf('a.n1~3')).toBe('a.n1')
  expect(idOf('b.n2:1.n3')).toBe('b.n3')
  expect(idOf('a.n1!undo')).toBe('a.n1')
  expect(idOf('n3')).toBeUndefined()
  expect(idOf('a.b')).toBeUndefined()
  expect(writtenIds(plan, 'a.n2:1.n3')).toEqual(['a'])
})

test('with `each` every item opens its own body', () => {
  const run = drive(flow([node('a', 'boss', { each: { items: [1, 2] } })])).start()
  run.ok('a:0.n1', 'main')
  run.ok('a:1.n1', 'main')
  expect(run.state.run.status).toBe('succeeded')
})

test('a mock may replace the whole node, also for one item', () => {
  const whole = drive(flow([node('a', 'boss')]), { standIns: ['a'] }).start()
  expect(whole.state.run.status).toBe('succeeded')
  expect(whole.ran()).toEqual([])
  const items = drive(flow([node('a', 'boss', { each: { items: [1, 2] } })]), { standIns: ['a:1'] }).start()
  items.ok('a:0.n1', 'main')
  expect(items.state.run.status).toBe('succeeded')
  expect(items.ran()).toEqual(['a:0.n1'])
})

test('before the body opens, only a mock of the node can replace it', () => {
  const run = drive(flow([node('a', 'boss')])).start()
  const { accepted } = run.feed({ type: 'node.succeeded', path: 'a', attempt: 1 })
  expect(accepted).toBe(false)
  expect(run.status('a.n1')).toBe('running')
})

test('a failure inside fails the node, which handles it by its policy', () => {
  const run = drive(flow([node('a', 'boss', { onError: 'continue' }), node('z')], ['a>z'])).start()
  run.fail('a.n1', { retryable: false })
  expect(run.status('a')).toBe('failed')
  expect(run.status('z')).toBe('running')
})

test("the workflow's failure policy does not apply to built-in nodes", () => {
  const run = drive(
    flow([node('a', 'boss'), node('z')], ['a>z'], { settings: { onError: 'continue' } }),
  ).start()
  run.fail('a.n1')
  expect(run.status('a.n1')).toBe('failed')
  expect(run.status('a.n4')).toBeUndefined()
  expect(run.status('a')).toBe('failed')
  expect(run.status('z')).toBe('running')
})

test('a retry keeps what was recorded inside a node that failed, and does the rest', () => {
  const run = drive(TWO).start()
  run.ok('a.n1', 'more')
  run.ok('a.n2:0.n3')
  run.ok('a.n2:1.n3')
  run.fail('a.n1~2')
  expect(run.state.run.status).toBe('failed')
  const { outcomes } = adoptForRetry(run.plan, run.state)
  const again = drive(TWO).start({ mode: 'retry', runId: 'run_2' }, outcomes)
  expect(again.ran()).toEqual(['a.n1~2'])
  again.ok('a.n1~2', 'main')
  again.ok('b.n1', 'main')
  expect(again.state.run.status).toBe('succeeded')
})

test('a rerun from another node keeps the inside as a part of its node', () => {
  const run = drive(TWO).start()
  run.ok('a.n1', 'main')
  run.ok('b.n1', 'main')
  const { outcomes } = adoptForRerun(run.plan, run.state, 'b')
  // The inside of `b` only depends on the causes of `b`, which is executed again as a whole.
  const again = drive(TWO).start({ mode: 'rerun', runId: 'run_2', keyRoot: 'run_2' }, outcomes)
  expect(outcomes.map(({ path }) => path)).toEqual(['n1', 'a'])
  expect(again.ran()).toEqual(['b.n1'])
})

test('an at-most-once call is unknown after a crash, and stays so in a retry', () => {
  const definition = flow([node('a', 'boss', { effect: 'at-most-once' })])
  const run = drive(definition).start()
  run.feed({ type: 'node.crashed', path: 'a.n1', attempt: 1 })
  expect(run.status('a.n1')).toBe('unknown')
  run.feed({ type: 'run.cancel_requested' })
  const { outcomes } = adoptForRetry(run.plan, run.state)
  const again = drive(definition).start({ mode: 'retry', runId: 'run_2' }, outcomes)
  expect(again.status('a.n1')).toBe('unknown')
  expect(again.ran()).toEqual([])
})

const OTHER = nodeTypes([
  ...['data.set', 'work', 'flow.group', 'inner'].map((type) => TYPES.get(type)!),
  {
    ...TYPES.get('boss')!,
    body: () => ({ nodes: [{ id: 'only', type: 'inner' }] }),
  },
])

test('a run continues with the body that it started with, whatever a later release supplies', () => {
  const before = loadPlan(TWO, TYPES)
  expect(Object.keys(before.bodies ?? {})).toEqual(['a', 'b'])
  const later = loadPlan(TWO, OTHER, before.bodies!)
  expect(later.nodes.map(({ name }) => name)).toEqual(before.nodes.map(({ name }) => name))
  expect(loadPlan(TWO, OTHER).nodes.map(({ name }) => name)).toContain('a.only')
})

test('a following run keeps the bodies of unchanged nodes, and no others', () => {
  const before = loadPlan(TWO, TYPES)
  const changed = flow(
    [pure('n1'), node('a', 'boss', { name: 'Looks' }), node('b', 'boss', { params: { x: 1 } })],
    ['n1>a', 'a>b'],
  )
  const kept = bodiesToKeep(before, loadPlan(changed, OTHER))
  expect(Object.keys(kept)).toEqual(['a'])
})

test('a version in which the node was changed is refused with the name of the node', () => {
  const run = drive(TWO).start()
  run.ok('a.n1', 'more')
  run.fail('a.n2:0.n3')
  run.ok('a.n2:1.n3')
  run.fail('a.n1~2')
  const { outcomes } = adoptForRetry(run.plan, run.state)
  const changed = flow(
    [pure('n1'), node('a', 'boss', { params: { x: 1 } }), node('b', 'boss')],
    ['n1>a', 'a>b'],
  )
  expect(changedKept(run.plan, loadPlan(changed, TYPES), outcomes)).toMatchObject([
    { code: 'rerun.node_changed', nodeId: 'a' },
  ])
  expect(changedKept(run.plan, loadPlan(TWO, TYPES), outcomes)).toEqual([])
})

test('inner types and bodies are not allowed in definitions of users', () => {
  expect(compile(flow([node('x', 'inner')]), TYPES)).toMatchObject({
    ok: false,
    error: [{ code: 'node.unknown_type' }],
  })
  expect(compile(flow([{ ...node('x', 'boss'), body: { nodes: [] } } as never]), TYPES)).toMatchObject({
    ok: false,
    error: [{ path: '/nodes/0', code: 'definition.invalid' }],
  })
  expect(compile(TWO, TYPES)).toMatchObject({ ok: true })
})

test('an expression uses nodes of the workflow, never those of a supplied body', () => {
  const hidden = flow(
    [node('a', 'boss'), pure('z', { params: { values: { x: '{{ nodes.n2 }}' } } })],
    ['a>z'],
  )
  expect(compile(hidden, TYPES)).toMatchObject({ ok: false, error: [{ code: 'expression.unknown_node' }] })
})
