import { describe, expect, it } from 'vitest'
import { drive } from './support/driver.ts'
import { flow, group, node } from './support/types.ts'

const retrying = { attempts: 3, delayMs: 100, factor: 2 }

describe('failures and retries', () => {
  it('retries as often as the policy says, then fails', () => {
    const run = drive(flow([node('a', 'work', { retry: retrying })])).start()
    run.fail('a')
    expect(run.state.activations.get('a')?.timer).toEqual({ kind: 'retry', at: run.now + 100 })
    run.fire('a')
    run.fail('a')
    expect(run.state.activations.get('a')?.timer).toEqual({ kind: 'retry', at: run.now + 200 })
    run.fire('a')
    run.fail('a')
    expect(run.status('a')).toBe('failed')
    expect(run.state.activations.get('a')).toMatchObject({ attempt: 3, failures: 3 })
    expect(run.state.run.status).toBe('failed')
  })

  it('fails the run at a node without a port to continue at, whatever the settings say', () => {
    const settings = { onError: 'continue' } as const
    for (const type of ['flow.if', 'flow.approval']) {
      const run = drive(flow([node('a', type), node('b')], [], { settings }), { failing: ['a'] }).start()
      if (type === 'flow.approval') run.fail('a')
      expect(run.state.run).toMatchObject({ phase: 'failing', error: { cause: 'a' } })
    }
    const inside = flow([group('g', [node('a', 'flow.if')]), node('b')], ['g>b'], { settings })
    const run = drive(inside, { failing: ['g.a'] }).start()
    expect([run.status('g'), run.status('b')]).toEqual(['failed', 'running'])
  })

  it('does not retry errors that are not retryable', () => {
    const run = drive(flow([node('a', 'work', { retry: retrying })])).start()
    run.fail('a', { retryable: false })
    expect(run.state.run.status).toBe('failed')
  })

  it('waits as long as the other service requested', () => {
    const run = drive(flow([node('a', 'work', { retry: retrying })])).start()
    run.fail('a', { retryAfterMs: 5_000 })
    expect(run.state.activations.get('a')?.timer?.at).toBe(run.now + 5_000)
  })

  it('continue: continues at the main port', () => {
    const run = drive(flow([node('a', 'work', { onError: 'continue' }), node('b')], ['a>b'])).start()
    run.fail('a')
    expect(run.status('b')).toBe('running')
  })

  it('uses the default policy of the workflow', () => {
    const run = drive(flow([node('a'), node('b')], ['a>b'], { settings: { onError: 'continue' } })).start()
    run.fail('a')
    expect(run.status('b')).toBe('running')
  })

  it('route: continues at the error port', () => {
    const run = drive(
      flow([node('a', 'work', { onError: 'route' }), node('b'), node('c')], ['a>b', 'a:error>c']),
    ).start()
    run.fail('a')
    expect(run.status('b')).toBe('skipped')
    expect(run.status('c')).toBe('running')
  })

  it('times an attempt out and ignores its late answer', () => {
    const run = drive(flow([node('a', 'work', { timeoutMs: 50, retry: retrying })])).start()
    run.fire('a')
    expect(run.commands.some(({ type }) => type === 'cancel_node')).toBe(true)
    expect(run.status('a')).toBe('retrying')
    const late = run.feed({ type: 'node.succeeded', path: 'a', attempt: 1 })
    expect(late.accepted).toBe(false)
    expect(late.events).toMatchObject([
      { type: 'node.late', path: 'a', attempt: 1, outcome: 'node.succeeded' },
    ])
    run.fire('a')
    expect(run.feed({ type: 'node.succeeded', path: 'a', attempt: 1 }).accepted).toBe(false)
    expect(run.feed({ type: 'node.succeeded', path: 'a', attempt: 2 }).accepted).toBe(true)
  })

  it('ignores the old attempt while the next one waits for a slot', () => {
    const run = drive(
      flow([node('a', 'work', { retry: retrying }), node('b')], [], { settings: { maxParallel: 1 } }),
    ).start()
    run.fail('a')
    expect(run.status('b')).toBe('running')
    run.fire('a')
    expect(run.feed({ type: 'node.succeeded', path: 'a', attempt: 1 }).accepted).toBe(false)
    run.ok('b')
    expect(run.status('a')).toBe('running')
  })

  it('counts lost attempts separately from failures, repeats the first without delay, then doubles the delay up to a minute, and fails after ten', () => {
    const run = drive(flow([node('a')])).start()
    const delays: number[] = []
    for (let i = 1; i < 10; i++) {
      run.feed({ type: 'node.crashed', path: 'a', attempt: i })
      delays.push((run.state.activations.get('a')?.timer?.at ?? 0) - run.now)
      run.fire('a')
    }
    expect(delays).toEqual([0, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1_000))
    expect(run.state.activations.get('a')).toMatchObject({ failures: 0, crashes: 9, attempt: 10 })
    run.feed({ type: 'node.crashed', path: 'a', attempt: 10 })
    expect(run.state.activations.get('a')?.error?.code).toBe('node.poison')
    expect(run.state.run.status).toBe('failed')
  })

  it('does not count a crash with another cause', () => {
    const run = drive(flow([node('a')])).start()
    for (let i = 1; i <= 20; i++) {
      run.feed({ type: 'node.crashed', path: 'a', attempt: i, isBystander: true })
      run.fire('a')
    }
    expect(run.state.activations.get('a')).toMatchObject({ failures: 0, crashes: 0, attempt: 21 })
    run.ok('a')
    expect(run.state.run.status).toBe('succeeded')
  })

  it('does not count a deferral', () => {
    const run = drive(flow([node('a')])).start()
    for (let i = 1; i <= 20; i++) {
      run.feed({ type: 'node.deferred', path: 'a', attempt: i, delayMs: 1_000 })
      run.fire('a')
    }
    expect(run.state.activations.get('a')).toMatchObject({ failures: 0, crashes: 0, attempt: 21 })
    run.ok('a')
    expect(run.state.run.status).toBe('succeeded')
  })

  it('uses the same key for every attempt', () => {
    const run = drive(flow([node('a', 'work', { retry: retrying })])).start({ keyRoot: 'root' })
    run.fail('a')
    run.fire('a')
    const keys = run.commands.flatMap((c) => (c.type === 'run_node' ? [c.key] : []))
    expect(keys).toEqual(['root:a', 'root:a'])
  })
})

describe('at-most-once', () => {
  const once = () => drive(flow([node('a', 'work', { effect: 'at-most-once', retry: retrying })])).start()

  it('becomes unknown after a crash or a timeout, and waits', () => {
    for (const lose of ['crash', 'timeout']) {
      const run = once()
      if (lose === 'crash') run.feed({ type: 'node.crashed', path: 'a', attempt: 1 })
      else run.fire('a')
      expect(run.status('a')).toBe('unknown')
      expect(run.state.run.status).toBe('waiting')
      expect(run.ran()).toEqual(['a'])
    }
  })

  it('is resolved manually as succeeded, failed or tried again', () => {
    for (const outcome of ['succeeded', 'failed', 'retry'] as const) {
      const run = once()
      run.feed({ type: 'node.crashed', path: 'a', attempt: 1 })
      run.feed({ type: 'node.resolved', path: 'a', attempt: 1, outcome })
      expect(run.state.run.status).toBe(outcome === 'retry' ? 'running' : outcome)
    }
  })

  it('retries a failure that certainly had no effect', () => {
    const run = once()
    run.fail('a')
    expect(run.status('a')).toBe('retrying')
  })
})

describe('a node that is given up', () => {
  const givenUp = (path: string, attempt = 1) =>
    ({
      type: 'node.failed',
      path,
      attempt,
      error: { code: 'node.poison', message: '', retryable: false },
      givenUp: true,
    }) as const

  it('fails for good between two attempts, and its timer is cleared', () => {
    const run = drive(
      flow([node('a', 'work', { retry: retrying, onError: 'continue' }), node('b')], ['a>b']),
    ).start()
    run.fail('a')
    expect(run.status('a')).toBe('retrying')
    expect(run.feed(givenUp('a')).accepted).toBe(true)
    expect(run.status('a')).toBe('failed')
    expect(run.commands).toContainEqual({ type: 'clear_timer', key: 'a' })
    expect(run.status('b')).toBe('running')
  })

  it('stops the effect in flight', () => {
    const run = drive(flow([node('a', 'work', { retry: retrying })])).start()
    run.feed(givenUp('a'))
    expect(run.commands).toContainEqual({ type: 'cancel_node', path: 'a', attempt: 1 })
    expect(run.state.run).toMatchObject({ status: 'failed', error: { code: 'node.poison', cause: 'a' } })
  })

  it('ignores another attempt, and a settled activation', () => {
    const run = drive(flow([node('a', 'work', { onError: 'continue' }), node('b')], ['a>b'])).start()
    expect(run.feed(givenUp('a', 2)).accepted).toBe(false)
    run.ok('a')
    expect(run.feed(givenUp('a')).accepted).toBe(false)
    expect(run.status('a')).toBe('succeeded')
  })
})
