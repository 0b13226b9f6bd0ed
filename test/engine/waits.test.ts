import { describe, expect, it } from 'vitest'
import { eventKey, keysOfEvent, matchesEvent } from '../../src/engine/model/event-name.ts'
import { drive } from './support/driver.ts'
import { flow, group, node } from './support/types.ts'

describe('waits and signals', () => {
  it('frees its slot and shows that the run waits', () => {
    const run = drive(flow([node('w', 'flow.wait')])).start()
    run.wait('w', { kind: 'timer', until: run.now + 1_000, onDue: { port: 'main' } })
    expect(run.state.run).toMatchObject({ status: 'waiting', slots: 0 })
    expect(run.types().at(-1)).toBe('run.waiting')
  })

  it('never fires early, nor twice', () => {
    const run = drive(flow([node('w', 'flow.wait')])).start()
    run.wait('w', { kind: 'timer', until: run.now + 1_000, onDue: { port: 'main' } })
    run.now += 999
    expect(run.feed({ type: 'timer.fired', key: 'w' })).toMatchObject({ accepted: false, events: [] })
    run.now += 1
    expect(run.feed({ type: 'timer.fired', key: 'w' }).accepted).toBe(true)
    expect(run.feed({ type: 'timer.fired', key: 'w' }).accepted).toBe(false)
  })

  it('fails, routes or resumes when a wait is due', () => {
    const failing = drive(flow([node('w')])).start()
    failing.wait('w', {
      kind: 'approval',
      until: failing.now,
      onDue: { error: { code: 'x', message: 'late' } },
    })
    failing.fire('w')
    expect(failing.state.run.status).toBe('failed')

    const polling = drive(flow([node('w')])).start()
    polling.wait('w', { kind: 'child', name: 'run_2', until: polling.now + 5 })
    polling.fire('w')
    expect(polling.commands.at(-1)).toMatchObject({ type: 'resume_node', path: 'w' })
    polling.wait('w', { kind: 'child', name: 'run_2', until: polling.now + 5 })
    polling.ok('w')
    expect(polling.state.run.status).toBe('succeeded')
  })

  it("limits an attempt including its waits by the node's timeout, and stops its wait", () => {
    const retry = { attempts: 2, delayMs: 10 }
    const run = drive(flow([node('w', 'work', { timeoutMs: 500, retry })])).start()
    const { now } = run
    run.now += 100
    run.wait('w', { kind: 'child', name: 'run_2', until: now + 300 })
    run.fire('w')
    expect(run.state.activations.get('w')).toMatchObject({
      due: true,
      timer: { kind: 'timeout', at: now + 500 },
    })
    run.wait('w', { kind: 'child', name: 'run_2', until: now + 60_000 })
    run.fire('w')
    expect(run.now).toBe(now + 500)
    expect(run.commands).toContainEqual({ type: 'cancel_node', path: 'w', attempt: 1, child: 'run_2' })
    expect(run.status('w')).toBe('retrying')
    run.fire('w')
    run.wait('w', { kind: 'approval', name: 'apr_1' })
    expect(run.state.activations.get('w')?.timer).toEqual({ kind: 'timeout', at: run.now + 500 })
    run.fire('w')
    expect(run.state.run).toMatchObject({ status: 'failed', waiting: 0, error: { code: 'node.timeout' } })
  })

  it('limits the waits of pure nodes, lets a shorter wait end first, and has no default for waits', () => {
    const nodes = [node('w', 'flow.wait', { timeoutMs: 500 }), node('v', 'flow.wait'), node('late')]
    const run = drive(flow(nodes, ['w:timeout>late'])).start()
    run.wait('w', { kind: 'signal', name: 's', until: run.now + 500, onDue: { port: 'timeout' } })
    run.wait('v', { kind: 'signal', name: 's' })
    expect(run.state.activations.get('v')?.timer).toBe(null)
    run.fire('w')
    expect([run.status('w'), run.status('late')]).toEqual(['succeeded', 'running'])
    const waits = { a: { kind: 'signal', name: 's' } } as const
    const ask = drive(flow([node('a', 'ask', { timeoutMs: 500 })]), { waits }).start()
    ask.fire('a')
    expect(ask.state.run.error).toMatchObject({
      code: 'node.timeout',
      message: 'The node did not finish within 500 ms',
    })
    expect(ask.state.waiters.size).toBe(0)
  })

  it('offers a signal to the nodes that wait for its name', () => {
    const run = drive(flow([node('w'), node('v')])).start()
    run.wait('w', { kind: 'signal', name: 'paid' })
    run.wait('v', { kind: 'signal', name: 'other' })
    const { commands } = run.feed({ type: 'signal.received', name: 'paid' })
    expect(commands).toMatchObject([{ type: 'match_signals', path: 'w' }])
  })

  it('keeps a signal that comes first, and delivers it once', () => {
    const run = drive(flow([node('w'), node('v')], ['w>v'])).start()
    run.feed({ type: 'signal.received', name: 'paid' })
    const seq = run.state.run.seq
    expect(run.wait('w', { kind: 'signal', name: 'paid' }).commands).toContainEqual({
      type: 'match_signals',
      path: 'w',
      node: 0,
      attempt: 1,
      signals: [seq],
    })
    run.feed({ type: 'node.succeeded', path: 'w', attempt: 1, signal: seq })
    const second = run.wait('v', { kind: 'signal', name: 'paid' })
    expect(second.commands.some(({ type }) => type === 'match_signals')).toBe(false)
  })
})

describe('patterns of signals', () => {
  it('offers a signal to the nodes that wait for a matching pattern, until they are settled', () => {
    const run = drive(flow([node('w'), node('v'), node('u')])).start()
    run.wait('w', { kind: 'signal', name: 'order.*' })
    run.wait('v', { kind: 'signal', name: 'order.paid' })
    run.wait('u', { kind: 'signal', name: 'invoice.*' })
    const offered = () =>
      run
        .feed({ type: 'signal.received', name: 'order.paid' })
        .commands.filter(({ type }) => type === 'match_signals')
        .map((command) => ('path' in command ? command.path : ''))
    expect(offered()).toEqual(['v', 'w'])
    run.ok('w')
    expect(offered()).toEqual(['v'])
    expect([...run.state.patterns]).toEqual(['invoice.*'])
  })

  it('checks a wait for a pattern against kept signals', () => {
    const run = drive(flow([node('w')])).start()
    run.feed({ type: 'signal.received', name: 'order.paid' })
    const seq = run.state.run.seq
    run.feed({ type: 'signal.received', name: 'invoice.paid' })
    expect(run.wait('w', { kind: 'signal', name: 'order.*' }).commands).toContainEqual(
      expect.objectContaining({ type: 'match_signals', signals: [seq] }),
    )
  })

  it.each(['order.paid', 'a', 'order.7.paid'])('finds every pattern that matches %s by its keys', (name) => {
    const patterns = [
      '*',
      'o*',
      'order.*',
      'order.*.paid',
      '*.paid',
      'order.paid',
      'order.paid*',
      'a',
      'a*',
      'b*',
    ]
    const keys = new Set(keysOfEvent(name))
    expect(keys.size).toBe(name.length + 2)
    for (const pattern of patterns.filter((one) => matchesEvent(one, name)))
      expect([pattern, keys.has(eventKey(pattern))]).toEqual([pattern, true])
    expect(keys.has(eventKey('b*'))).toBe(false)
  })
})

describe('time limits', () => {
  it('counts running time only, and fails beyond the limit', () => {
    const run = drive(flow([node('w'), node('a')], ['w>a'], { settings: { timeoutMs: 1_000 } })).start()
    run.now += 400
    run.wait('w', { kind: 'signal', name: 'go' })
    expect(run.state.run).toMatchObject({ timeoutAt: null, ranMs: 400 })
    run.now += 50_000
    run.ok('w')
    expect(run.state.run.timeoutAt).toBe(run.now + 600)
    run.fire('$timeout')
    run.ok('a')
    expect(run.state.run).toMatchObject({ status: 'failed', error: { code: 'run.timeout' } })
  })

  it('fails at its deadline, also while it waits', () => {
    const run = drive(flow([node('w')], [], { settings: { deadlineMs: 1_000 } })).start()
    run.wait('w', { kind: 'signal', name: 'go' })
    run.fire('$deadline')
    expect(run.state.run).toMatchObject({ status: 'failed', error: { code: 'run.deadline' } })
    expect(run.status('w')).toBe('cancelled')
  })
})

describe('output', () => {
  it('fails the run, with undo, if its output cannot be evaluated', () => {
    const definition = flow([node('a', 'work', { undo: 'u' }), node('u')], [], { output: '{{ nodes.a }}' })
    const run = drive(definition, { badOutput: true }).start()
    run.ok('a')
    expect(run.status('a!undo')).toBe('running')
    run.ok('a!undo')
    expect(run.state.run).toMatchObject({ status: 'failed', error: { code: 'test.output' }, turns: 0 })
  })

  it('an empty group does not block its run', () => {
    expect(drive(flow([group('g', [])])).start().state.run.status).toBe('succeeded')
  })
})
