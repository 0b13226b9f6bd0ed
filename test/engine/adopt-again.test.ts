// What a following run executes again, and with which key.
import { describe, expect, it } from 'vitest'
import { loadPlan } from '../../src/engine/compile/load.ts'
import type { Definition } from '../../src/engine/model/definition.ts'
import { adoptForCompensation, adoptForRerun, adoptForRetry } from '../../src/engine/resume/adopt.ts'
import { changedKept } from '../../src/engine/resume/changed-nodes.ts'
import { type Drive, drive } from './support/driver.ts'
import { flow, group, node, TYPES } from './support/types.ts'

const once = (id: string) => node(id, 'work', { effect: 'at-most-once' })
const keys = (run: Drive): string[] =>
  run.commands.flatMap((one) => (one.type === 'run_node' ? [one.key] : []))

const retryOf = (definition: Definition, { plan, state }: Drive, runId = 'run_2'): Drive => {
  const { outcomes, generations } = adoptForRetry(plan, state)
  return drive(definition).start({ runId, keyRoot: 'run_1', mode: 'retry', generations }, outcomes)
}

describe('an at-most-once effect that was interrupted', () => {
  const definition = flow([once('pay'), node('after')], ['pay>after'])
  const cancelled = (): Drive => {
    const run = drive(definition).start()
    run.feed({ type: 'run.cancel_requested' })
    return run
  }

  it('is unknown in a retry: nothing is sent, and a person resolves it', () => {
    const run = retryOf(definition, cancelled())
    expect(run.ran()).toEqual([])
    expect(run.state.run.status).toBe('waiting')
    expect(run.status('pay')).toBe('unknown')
    run.feed({ type: 'node.resolved', path: 'pay', attempt: 1, outcome: 'succeeded' })
    run.ok('after')
    expect([run.ran(), run.state.run.status]).toEqual([['after'], 'succeeded'])
  })

  it('is sent again with its old key if the person says so', () => {
    const run = retryOf(definition, cancelled())
    run.feed({ type: 'node.resolved', path: 'pay', attempt: 1, outcome: 'retry' })
    expect(keys(run)).toEqual(['run_1:pay'])
  })

  it('stays unknown from retry to retry, whether it was resolved, interrupted again or never reached', () => {
    const stopped = retryOf(definition, cancelled())
    stopped.feed({ type: 'run.cancel_requested' })
    expect(retryOf(definition, stopped, 'run_3').status('pay')).toBe('unknown')
    const within = flow([node('first'), group('g', [once('pay')])], ['first>g'])
    const run = drive(within).start()
    run.ok('first')
    run.feed({ type: 'run.cancel_requested' })
    const { outcomes } = adoptForRetry(run.plan, run.state)
    // A run that fails at its start reaches nothing.
    const fault = { code: 'run.bad_concurrency_key', message: 'no' }
    const failed = drive(within).start({ mode: 'retry', error: fault }, outcomes)
    expect(failed.state.run.status).toBe('failed')
    const third = retryOf(within, failed, 'run_3')
    expect([third.status('first'), third.status('g.pay'), third.ran()]).toEqual(['succeeded', 'unknown', []])
  })

  it('is also unknown after a deadline and after the timeout of the run', () => {
    const run = drive({ ...definition, settings: { deadlineMs: 60_000 } }).start()
    run.fire('$deadline')
    run.fire('$drain')
    expect(run.state.run).toMatchObject({ status: 'failed', error: { code: 'run.deadline' } })
    expect(retryOf(definition, run).status('pay')).toBe('unknown')
  })

  it('is unknown if the node was given up while it was sent', () => {
    const run = drive(definition).start()
    const error = { code: 'node.poison', message: 'no', retryable: false }
    run.feed({ type: 'node.failed', path: 'pay', attempt: 1, error, givenUp: true })
    expect(run.state.run.status).toBe('failed')
    expect(retryOf(definition, run).status('pay')).toBe('unknown')
  })

  it('is executed again by a retry if it is known to have failed', () => {
    const run = drive(definition).start()
    run.fail('pay')
    expect(retryOf(definition, run).ran()).toEqual(['pay'])
  })

  it('is executed again by a rerun from it, and is unknown in a rerun from elsewhere', () => {
    const wide = flow([node('a'), once('pay'), node('b')], ['a>pay', 'a>b'])
    const run = drive(wide).start()
    run.ok('a')
    run.ok('b')
    run.feed({ type: 'run.cancel_requested' })
    const rerun = (from: string) => {
      const { outcomes } = adoptForRerun(run.plan, run.state, from)
      return drive(wide).start({ runId: 'run_2', keyRoot: 'run_2', mode: 'rerun' }, outcomes)
    }
    expect(rerun('pay').ran()).toEqual(['pay'])
    const other = rerun('b')
    expect([other.ran(), other.status('pay')]).toEqual([['b'], 'unknown'])
  })

  it('is not kept in a version in which it was moved', () => {
    const run = cancelled()
    const { outcomes } = adoptForRetry(run.plan, run.state)
    const looped = loadPlan(flow([once('pay')], ['pay~>pay']), TYPES)
    expect(changedKept(run.plan, looped, outcomes).map(({ code }) => code)).toEqual(['rerun.node_changed'])
    const changed = loadPlan(flow([{ ...once('pay'), params: { x: 1 } }]), TYPES)
    expect(changedKept(run.plan, changed, outcomes)).toEqual([])
  })
})

describe('work that a retry executes again', () => {
  it('sees the time at which it first became ready', () => {
    const definition = flow([node('a'), node('b')], ['a>b'])
    const first = drive(definition).start()
    first.now += 1_000
    first.ok('a')
    const readyAt = first.now
    first.fail('b')
    const { outcomes, generations } = adoptForRetry(first.plan, first.state)
    const second = drive(definition)
    second.now = first.now + 86_400_000
    second.start({ keyRoot: 'run_1', mode: 'retry', generations }, outcomes)
    expect(second.state.activations.get('b')).toMatchObject({ startedAt: second.now, readyAt })
  })

  it('does not keep what a compensation has undone, and executes it with a new key', () => {
    const definition = flow([node('a', 'work', { undo: 'u' }), node('b'), node('u')], ['a>b'])
    const first = drive(definition).start()
    first.ok('a')
    first.feed({ type: 'run.cancel_requested' })
    const compensated = new Set(['a'])
    const { outcomes, generations } = adoptForRetry(first.plan, first.state, { compensated })
    const second = drive(definition).start({ keyRoot: 'run_1', mode: 'retry', generations }, outcomes)
    expect(keys(second)).toEqual(['run_1:a@1'])
    const rerun = adoptForRerun(first.plan, first.state, 'b', { compensated })
    expect(drive(definition).start({ mode: 'rerun' }, rerun.outcomes).ran()).toEqual(['a'])
  })

  it('undoes its new effects with a new key as well', () => {
    const definition = flow([node('a', 'work', { undo: 'u' }), node('b'), node('u')], ['a>b'])
    const first = drive(definition).start()
    first.ok('a')
    first.fail('b')
    first.ok('a!undo')
    const second = retryOf(definition, first)
    second.ok('a')
    second.fail('b')
    expect(keys(second)).toEqual(['run_1:a@1', 'run_1:b', 'run_1:a!undo@1'])
  })
})

describe('a compensation', () => {
  const definition = flow(
    [node('a', 'work', { undo: 'u' }), node('b', 'work', { undo: 'v' }), node('u'), node('v')],
    ['a>b'],
  )
  const compensationOf = (
    of: Definition,
    { plan, state }: Drive,
    childOf?: (path: string) => string | undefined,
  ) => {
    const { outcomes, generations } = adoptForCompensation(plan, state, childOf ? { childOf } : {})
    return drive(of).start({ runId: 'run_c', keyRoot: 'run_1', mode: 'compensate', generations }, outcomes)
  }
  const both = (): Drive => {
    const run = drive(definition).start()
    run.ok('a')
    run.ok('b')
    return run
  }

  it('continues a failed compensation: remaining effects are undone with the same key', () => {
    const first = compensationOf(definition, both())
    first.ok('b!undo')
    first.fail('a!undo')
    const second = compensationOf(definition, first)
    expect(keys(second)).toEqual(['run_1:a!undo'])
    second.ok('a!undo')
    expect(second.state.run.status).toBe('succeeded')
  })

  it('undoes what a retry executed again, and not what was undone before it', () => {
    const failing = flow([...definition.nodes, node('c')], ['a>b', 'b>c'])
    const first = drive(failing).start()
    first.ok('a')
    first.ok('b')
    first.fail('c')
    first.ok('b!undo')
    first.ok('a!undo')
    const second = retryOf(failing, first)
    for (const path of ['a', 'b', 'c']) second.ok(path)
    expect(keys(compensationOf(failing, second))).toEqual(['run_1:b!undo@1'])
  })

  it('undoes effects inside a group that a retry kept as a whole', () => {
    const grouped = flow([group('g', [node('x', 'work', { undo: 'u' }), node('u')]), node('b')], ['g>b'])
    const first = drive(grouped).start()
    first.ok('g.x')
    first.feed({ type: 'run.cancel_requested' })
    const second = retryOf(grouped, first)
    second.ok('b')
    expect(second.state.run.status).toBe('succeeded')
    expect(compensationOf(grouped, second).ran()).toEqual(['g.x!undo'])
  })

  it('asks a node to undo the run that it has started, in order, also if that run was stopped', () => {
    const sub = flow(
      [node('a', 'work', { undo: 'u' }), node('sub'), node('c', 'work', { undo: 'v' }), node('u'), node('v')],
      ['a>sub', 'sub>c'],
    )
    const childOf = (path: string) => (path === 'sub' ? 'run_child' : undefined)
    const first = drive(sub).start()
    for (const path of ['a', 'sub', 'c']) first.ok(path)
    const run = compensationOf(sub, first, childOf)
    expect(run.state.adopted.get('sub')).toMatchObject({ child: 'run_child' })
    for (const path of ['c!undo', 'sub!undo', 'a!undo']) run.ok(path)
    expect(run.ran()).toEqual(['c!undo', 'sub!undo', 'a!undo'])
    expect(run.state.run.status).toBe('succeeded')
    const stopped = drive(sub).start()
    stopped.ok('a')
    stopped.wait('sub', { kind: 'child', name: 'run_child' })
    stopped.feed({ type: 'run.cancel_requested' })
    expect(compensationOf(sub, stopped, childOf).ran()).toEqual(['sub!undo'])
  })

  it('leaves it to the named undo node if one undoes the sub-workflow', () => {
    const sub = flow([node('sub', 'work', { undo: 'u' }), node('u')])
    const first = drive(sub).start()
    first.ok('sub')
    const run = compensationOf(sub, first, () => 'run_child')
    expect(run.commands.filter(({ type }) => type === 'run_node')).toMatchObject([
      { path: 'sub!undo', node: run.plan.byId.get('u') },
    ])
  })

  it('waits for a person if it is unknown whether an effect was undone', () => {
    const careful = flow([node('a', 'work', { undo: 'u' }), once('u')])
    const first = drive(careful).start()
    first.ok('a')
    const stopped = compensationOf(careful, first)
    stopped.feed({ type: 'run.cancel_requested' })
    const run = compensationOf(careful, stopped)
    expect([run.ran(), run.status('a!undo')]).toEqual([[], 'unknown'])
  })
})
