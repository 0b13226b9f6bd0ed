import { describe, expect, it } from 'vitest'
import { drive } from './support/driver.ts'
import { flow, group, node, pure } from './support/types.ts'

describe('failing', () => {
  it('starts nothing new, keeps what comes back within 30 s, then ends', () => {
    const run = drive(flow([node('a'), node('b'), node('c')], ['b>c'])).start()
    run.fail('a')
    expect(run.state.run.phase).toBe('failing')
    run.ok('b')
    expect(run.status('b')).toBe('succeeded')
    expect(run.status('c')).toBeUndefined()
    expect(run.state.run.status).toBe('failed')
    expect(run.types().filter((type) => type === 'run.failed')).toHaveLength(1)
  })

  it('aborts what is still in flight after 30 s', () => {
    const run = drive(flow([node('a'), node('b')])).start()
    run.fail('a')
    expect(run.state.run.drainAt).toBe(run.now + 30_000)
    run.fire('$drain')
    expect(run.commands).toContainEqual({ type: 'cancel_node', path: 'b', attempt: 1 })
    expect(run.status('b')).toBe('cancelled')
    expect(run.state.run.status).toBe('failed')
  })

  it('does not try again while it drains', () => {
    const run = drive(flow([node('a'), node('b', 'work', { retry: { attempts: 5 } })])).start()
    run.fail('a')
    run.fail('b')
    expect(run.status('b')).toBe('failed')
    expect(run.state.run.status).toBe('failed')
  })

  it('drops waits at once and cancels the child run of one', () => {
    const run = drive(flow([node('a'), node('b')])).start()
    run.wait('b', { kind: 'child', name: 'run_9' })
    run.fail('a')
    expect(run.commands).toContainEqual({ type: 'cancel_node', path: 'b', attempt: 1, child: 'run_9' })
    expect(run.state.run.status).toBe('failed')
  })
})

describe('undo', () => {
  const booking = () =>
    flow(
      [
        node('hotel', 'work', { undo: 'free' }),
        node('car', 'work', { undo: 'return' }),
        node('pay'),
        node('free'),
        node('return'),
      ],
      ['hotel>car', 'car>pay'],
    )

  it('runs in reverse order of completion, one by one, before the run has failed', () => {
    const run = drive(booking()).start()
    for (const path of ['hotel', 'car']) run.ok(path)
    run.fail('pay')
    expect(run.ran()).toEqual(['hotel', 'car', 'pay', 'car!undo'])
    expect(run.state.run.status).toBe('running')
    run.ok('car!undo')
    run.ok('hotel!undo')
    expect(run.state.run.status).toBe('failed')
    expect(run.ran()).toEqual(['hotel', 'car', 'pay', 'car!undo', 'hotel!undo'])
    expect(run.state.activations.get('hotel!undo')?.causes).toEqual(['hotel'])
  })

  it('also undoes what succeeded while the run drained', () => {
    const run = drive(flow([node('a', 'work', { undo: 'u' }), node('b'), node('u')])).start()
    run.fail('b')
    run.ok('a')
    expect(run.ran()).toEqual(['a', 'b', 'a!undo'])
  })

  it('goes on when one undo fails, and retries by its own policy', () => {
    const definition = booking()
    definition.nodes[4] = node('return', 'work', { retry: { attempts: 2 } })
    const run = drive(definition).start()
    for (const path of ['hotel', 'car']) run.ok(path)
    run.fail('pay')
    run.fail('car!undo')
    expect(run.status('car!undo')).toBe('retrying')
    run.fire('car!undo')
    run.fail('car!undo')
    expect(run.status('hotel!undo')).toBe('running')
    run.ok('hotel!undo')
    expect(run.state.run.error?.cause).toBe('pay')
  })

  it('undoes each item, not the node as a whole', () => {
    const run = drive(
      flow(
        [node('map', 'work', { each: { items: [], concurrency: 1 }, undo: 'u' }), node('end'), node('u')],
        ['map>end'],
      ),
    ).start()
    run.ok('map:0')
    run.ok('map:1')
    run.fail('end')
    run.ok('map:1!undo')
    run.ok('map:0!undo')
    expect(run.ran()).toEqual(['map:0', 'map:1', 'end', 'map:1!undo', 'map:0!undo'])
    expect(run.state.run.status).toBe('failed')
  })
})

describe('cancel and pause', () => {
  it('aborts at once and is final', () => {
    const run = drive(flow([node('a'), node('b'), node('c')], ['a>c', 'b>c'])).start()
    run.ok('a')
    run.feed({ type: 'run.cancel_requested' })
    expect(run.status('b')).toBe('cancelled')
    expect(run.status('c')).toBe('cancelled')
    expect(run.state.run.status).toBe('cancelled')
    const after = run.ok('b')
    expect(after).toMatchObject({ accepted: false, events: [], commands: [] })
    expect(run.state.open.size).toBe(0)
  })

  it('can be cancelled before it starts', () => {
    const run = drive(flow([node('a')]))
    run.feed({ type: 'run.queued' })
    run.feed({ type: 'run.cancel_requested' })
    expect(run.state.run.status).toBe('cancelled')
    expect(run.start().ran()).toEqual([])
  })

  it('records outcomes while paused and starts what follows on resume', () => {
    const run = drive(flow([node('a'), pure('b'), node('c')], ['a>b', 'b>c'])).start()
    run.feed({ type: 'run.paused' })
    expect(run.state.run.status).toBe('paused')
    run.ok('a')
    expect(run.status('a')).toBe('succeeded')
    expect(run.status('b')).toBe('pending')
    run.feed({ type: 'run.resumed' })
    expect(run.status('c')).toBe('running')
    expect(run.state.run.status).toBe('running')
  })

  it('records a timer that comes due while paused', () => {
    const run = drive(flow([node('w', 'flow.wait'), node('b')], ['w>b'])).start()
    run.wait('w', { kind: 'timer', until: run.now + 10, onDue: { port: 'main', output: { waitedMs: 10 } } })
    run.feed({ type: 'run.paused' })
    run.fire('w')
    expect(run.status('w')).toBe('succeeded')
    expect(run.ran()).toEqual(['w'])
    run.feed({ type: 'run.resumed' })
    expect(run.ran()).toEqual(['w', 'b'])
  })
})

describe('waits and signals', () => {
  it('gives its slot back and says that the run waits', () => {
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

  it('fails, routes or resumes when a wait comes due', () => {
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

  it('offers a signal to those that wait for its name', () => {
    const run = drive(flow([node('w'), node('v')])).start()
    run.wait('w', { kind: 'signal', name: 'paid' })
    run.wait('v', { kind: 'signal', name: 'other' })
    const { commands } = run.feed({ type: 'signal.received', name: 'paid' })
    expect(commands).toMatchObject([{ type: 'match_signals', path: 'w' }])
  })

  it('keeps a signal that comes first, and gives it away once', () => {
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

describe('limits of time', () => {
  it('counts running time only, and fails past it', () => {
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
  it('fails the run, with undo, when its output cannot be made', () => {
    const definition = flow([node('a', 'work', { undo: 'u' }), node('u')], [], { output: '{{ nodes.a }}' })
    const run = drive(definition, { badOutput: true }).start()
    run.ok('a')
    expect(run.status('a!undo')).toBe('running')
    run.ok('a!undo')
    expect(run.state.run).toMatchObject({ status: 'failed', error: { code: 'test.output' }, turns: 0 })
  })

  it('keeps an empty group from blocking its run', () => {
    expect(drive(flow([group('g', [])])).start().state.run.status).toBe('succeeded')
  })
})
