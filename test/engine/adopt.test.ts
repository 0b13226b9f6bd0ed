import { describe, expect, it } from 'vitest'
import { loadPlan } from '../../src/engine/compile/load.ts'
import type { AdoptedOutcome } from '../../src/engine/model/event.ts'
import { adoptForCompensation, adoptForRerun, adoptForRetry } from '../../src/engine/resume/adopt.ts'
import { changedKept } from '../../src/engine/resume/changed-nodes.ts'
import { drive } from './support/driver.ts'
import { flow, group, node, pure, TYPES } from './support/types.ts'

const chain = flow([node('a'), node('b'), node('c')], ['a>b', 'b>c'])

const kept = (outcomes: readonly AdoptedOutcome[]): string[] =>
  outcomes.filter(({ status }) => status === 'succeeded' || status === 'failed').map(({ path }) => path)

describe('retry', () => {
  it('keeps successful outcomes and runs the rest with the same keys', () => {
    const first = drive(chain).start()
    first.ok('a')
    first.fail('b')
    const { outcomes, generations } = adoptForRetry(first.plan, first.state)
    expect(kept(outcomes)).toEqual(['a'])
    const second = drive(chain).start(
      { runId: 'run_2', keyRoot: 'run_1', mode: 'retry', generations },
      outcomes,
    )
    expect(second.ran()).toEqual(['b'])
    expect(second.state.activations.get('a')).toMatchObject({
      status: 'succeeded',
      adopted: true,
      attempt: 0,
    })
    expect(second.commands.find(({ type }) => type === 'run_node')).toMatchObject({ key: 'run_1:b' })
    second.ok('b')
    second.ok('c')
    expect(second.state.run.status).toBe('succeeded')
  })

  it('repeats an effect that was undone with a new key, and everything that followed from it', () => {
    const definition = flow(
      [node('a', 'work', { undo: 'u' }), node('b'), node('c'), node('u')],
      ['a>b', 'b>c'],
    )
    const first = drive(definition).start()
    first.ok('a')
    first.ok('b')
    first.fail('c')
    first.ok('a!undo')
    const { outcomes, generations } = adoptForRetry(first.plan, first.state)
    expect(kept(outcomes)).toEqual([])
    expect(generations).toEqual({ a: 1, 'a!undo': 1 })
    const second = drive(definition).start({ keyRoot: 'run_1', mode: 'retry', generations }, outcomes)
    expect(second.commands.find(({ type }) => type === 'run_node')).toMatchObject({ key: 'run_1:a@1' })
  })

  it('keeps the successful items of an each that failed, and a whole group as one', () => {
    const definition = flow(
      [group('g', [node('x')]), node('map', 'work', { each: { items: [], concurrency: 1 } })],
      ['g>map'],
    )
    const first = drive(definition).start()
    first.ok('g.x')
    first.ok('map:0')
    first.fail('map:1')
    const { outcomes } = adoptForRetry(first.plan, first.state)
    expect(kept(outcomes)).toEqual(['g', 'map:0'])
    const second = drive(definition).start({ mode: 'retry' }, outcomes)
    expect(second.ran()).toEqual(['map:1'])
    second.ok('map:1')
    expect(second.state.run.status).toBe('succeeded')
  })

  it('undoes what it kept if it fails itself', () => {
    const definition = flow([group('g', [node('x', 'work', { undo: 'u' }), node('u')]), node('b')], ['g>b'])
    const first = drive(definition).start()
    first.ok('g.x')
    first.feed({ type: 'run.cancel_requested' })
    const { outcomes } = adoptForRetry(first.plan, first.state)
    const second = drive(definition).start({ mode: 'retry' }, outcomes)
    second.fail('b')
    expect(second.ran()).toEqual(['b', 'g.x!undo'])
    second.ok('g.x!undo')
    expect(second.state.run.status).toBe('failed')
  })
})

describe('rerun', () => {
  it('runs a node and everything that follows from it again', () => {
    const definition = flow([node('a'), node('b'), node('c'), node('side')], ['a>b', 'b>c', 'a>side'])
    const first = drive(definition).start()
    for (const path of ['a', 'b', 'side', 'c']) first.ok(path)
    const { outcomes } = adoptForRerun(first.plan, first.state, 'b')
    expect(kept(outcomes)).toEqual(['a', 'side'])
  })

  it('opens a group to run one node inside it again', () => {
    const definition = flow([group('g', [node('x'), node('y')], ['x>y'])])
    const first = drive(definition).start()
    first.ok('g.x')
    first.ok('g.y')
    const { outcomes } = adoptForRerun(first.plan, first.state, 'y')
    expect(kept(outcomes)).toEqual(['g.x'])
    expect(drive(definition).start({ mode: 'rerun' }, outcomes).ran()).toEqual(['g.y'])
  })

  it('does not undo effects of its parent', () => {
    const definition = flow([node('a', 'work', { undo: 'u' }), node('b'), node('u')], ['a>b'])
    const first = drive(definition).start()
    first.ok('a')
    first.ok('b')
    const { outcomes } = adoptForRerun(first.plan, first.state, 'b')
    const second = drive(definition).start({ mode: 'rerun' }, outcomes)
    second.fail('b')
    expect(second.state.run.status).toBe('failed')
    expect(second.ran()).toEqual(['b'])
  })

  it('refuses a version in which a kept node is missing or changed, and accepts one with a new appearance', () => {
    const first = drive(chain).start()
    first.ok('a')
    first.ok('b')
    first.ok('c')
    const { outcomes } = adoptForRerun(first.plan, first.state, 'c')
    const against = (nodes: Parameters<typeof flow>[0], arcs: string[]) =>
      changedKept(first.plan, loadPlan(flow(nodes, arcs), TYPES), outcomes).map(({ code }) => code)
    const arcs = ['a>b', 'b>c']
    expect(against([node('a', 'work', { notes: 'new', position: 1 }), node('b'), pure('c')], arcs)).toEqual(
      [],
    )
    expect(against([node('a', 'work', { params: { x: 1 } }), node('b'), node('c')], arcs)).toEqual([
      'rerun.node_changed',
    ])
    expect(against([node('a'), node('c')], ['a>c'])).toEqual(['rerun.node_missing'])
    expect(against([node('a'), node('b'), node('c')], ['b>c'])).toEqual(['rerun.node_changed'])
  })
})

describe('compensate', () => {
  const definition = flow(
    [node('a', 'work', { undo: 'u' }), node('b', 'work', { undo: 'v' }), node('u'), node('v')],
    ['a>b'],
  )

  it('undoes a run that ended, last first, in its own run', () => {
    const first = drive(definition).start()
    first.ok('a')
    first.ok('b')
    const { outcomes } = adoptForCompensation(first.plan, first.state)
    const second = drive(definition).start({ mode: 'compensate' }, outcomes)
    expect(second.ran()).toEqual(['b!undo'])
    second.ok('b!undo')
    second.ok('a!undo')
    expect(second.state.run.status).toBe('succeeded')
  })

  it('continues after an undo that fails, and reports it at the end', () => {
    const first = drive(definition).start()
    first.ok('a')
    first.ok('b')
    const { outcomes } = adoptForCompensation(first.plan, first.state)
    const second = drive(definition).start({ mode: 'compensate' }, outcomes)
    second.fail('b!undo')
    second.ok('a!undo')
    expect(second.state.run).toMatchObject({ status: 'failed', error: { cause: 'b!undo' } })
  })
})
