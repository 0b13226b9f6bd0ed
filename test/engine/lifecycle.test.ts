import { describe, expect, it } from 'vitest'
import { wantsSlot } from '../../src/engine/model/state.ts'
import { adoptForCompensation } from '../../src/engine/resume/adopt.ts'
import { drive } from './support/driver.ts'
import { flow, node, pure } from './support/types.ts'

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

describe('failing', () => {
  it('starts nothing new, records outcomes within 30 s, then ends', () => {
    const run = drive(flow([node('a'), node('b'), node('c')], ['b>c'])).start()
    run.fail('a')
    expect(run.state.run.phase).toBe('failing')
    run.ok('b')
    expect(run.status('b')).toBe('succeeded')
    expect(run.status('c')).toBeUndefined()
    expect(run.state.run.status).toBe('failed')
    expect(run.types().filter((type) => type === 'run.failed')).toHaveLength(1)
  })

  it('aborts effects that are still in flight after 30 s', () => {
    const run = drive(flow([node('a'), node('b')])).start()
    run.fail('a')
    expect(run.state.run.drainAt).toBe(run.now + 30_000)
    run.fire('$drain')
    expect(run.commands).toContainEqual({ type: 'cancel_node', path: 'b', attempt: 1 })
    expect(run.status('b')).toBe('cancelled')
    expect(run.state.run.status).toBe('failed')
  })

  it('does not retry while it drains', () => {
    const run = drive(flow([node('a'), node('b', 'work', { retry: { attempts: 5 } })])).start()
    run.fail('a')
    run.fail('b')
    expect(run.status('b')).toBe('failed')
    expect(run.state.run.status).toBe('failed')
  })

  it('ends waits immediately and cancels the child run of one', () => {
    const run = drive(flow([node('a'), node('b')])).start()
    run.wait('b', { kind: 'child', name: 'run_9' })
    run.fail('a')
    expect(run.commands).toContainEqual({ type: 'cancel_node', path: 'b', attempt: 1, child: 'run_9' })
    expect(run.state.run.status).toBe('failed')
  })
})

describe('undo', () => {
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

  it('also undoes nodes that succeeded while the run drained', () => {
    const run = drive(flow([node('a', 'work', { undo: 'u' }), node('b'), node('u')])).start()
    run.fail('b')
    run.ok('a')
    expect(run.ran()).toEqual(['a', 'b', 'a!undo'])
  })

  it('continues when one undo fails, and retries by its own policy', () => {
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
  it('aborts immediately and is final', () => {
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

  it('can be paused before it starts, and is queued again when it is resumed', () => {
    const run = drive(flow([node('a')]))
    run.feed({ type: 'run.queued' })
    run.feed({ type: 'run.paused' })
    expect(run.state.run).toMatchObject({ status: 'paused', phase: 'queued' })
    run.feed({ type: 'run.resumed' })
    expect(run.state.run).toMatchObject({ status: 'queued', phase: 'queued' })
    expect(run.start().ran()).toEqual(['a'])
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

  it('pure work does not wait for a slot after a pause', () => {
    const nodes = [node('a'), pure('b'), node('c')]
    const run = drive(flow(nodes, ['a>b'], { settings: { maxParallel: 1 } })).start()
    run.feed({ type: 'run.paused' })
    run.ok('a')
    run.feed({ type: 'run.resumed' })
    expect(run.status('b')).toBe('succeeded')
    run.ok('c')
    expect(run.state.run.status).toBe('succeeded')
  })

  it('records a timer that is due while paused', () => {
    const run = drive(flow([node('w', 'flow.wait'), node('b')], ['w>b'])).start()
    run.wait('w', { kind: 'timer', until: run.now + 10, onDue: { port: 'main', output: { waitedMs: 10 } } })
    run.feed({ type: 'run.paused' })
    run.fire('w')
    expect(run.status('w')).toBe('succeeded')
    expect(run.ran()).toEqual(['w'])
    run.feed({ type: 'run.resumed' })
    expect(run.ran()).toEqual(['w', 'b'])
  })

  it('ends a paused run at its deadline, and undoes its effects', () => {
    const nodes = [node('a', 'work', { undo: 'u' }), node('b'), node('w'), node('u')]
    const run = drive(flow(nodes, [], { settings: { deadlineMs: 1_000 } })).start()
    run.ok('a')
    run.wait('w', { kind: 'signal', name: 's' })
    run.feed({ type: 'run.paused' })
    run.fire('$deadline')
    expect(run.state.run).toMatchObject({
      status: 'running',
      phase: 'failing',
      error: { code: 'run.deadline' },
    })
    expect([run.status('b'), run.status('w')]).toEqual(['running', 'cancelled'])
    expect(run.feed({ type: 'run.paused' }).accepted).toBe(false)
    run.fire('$drain')
    expect(run.ran()).toEqual(['a', 'b', 'w', 'a!undo'])
    expect(run.feed({ type: 'run.paused' }).accepted).toBe(false)
    run.ok('a!undo')
    expect(run.state.run.status).toBe('failed')
  })

  it('ends with a failure while it is paused', () => {
    const run = drive(flow([node('a'), node('b')], ['a>b'])).start()
    run.feed({ type: 'run.paused' })
    run.fail('a')
    expect(run.state.run).toMatchObject({ status: 'failed', paused: false })
  })

  it('a compensation can pause between two undos', () => {
    const first = drive(booking()).start()
    for (const path of ['hotel', 'car', 'pay']) first.ok(path)
    const { outcomes, generations } = adoptForCompensation(first.plan, first.state)
    const run = drive(booking()).start({ mode: 'compensate', generations }, outcomes)
    run.feed({ type: 'run.paused' })
    const undone = run.ran().length
    run.ok(run.ran().at(-1)!)
    expect(run.ran()).toHaveLength(undone)
    run.feed({ type: 'run.resumed' })
    expect(run.ran()).toHaveLength(undone + 1)
  })
})

describe('a run that gives up its slot at the gate while it waits', () => {
  const waiting = () => {
    const run = drive(flow([node('w', 'flow.wait'), node('b'), pure('c')], ['w>b', 'b>c'])).start()
    run.wait('w', { kind: 'timer', until: run.now + 10, onDue: { port: 'main' } })
    expect(run.feed({ type: 'run.yielded' }).accepted).toBe(true)
    return run
  }

  it('may not do so while it works, and only once', () => {
    const run = drive(flow([node('a')])).start()
    expect(run.feed({ type: 'run.yielded' }).accepted).toBe(false)
    expect(waiting().feed({ type: 'run.yielded' }).accepted).toBe(false)
  })

  it('records outcomes and starts what follows only with a slot', () => {
    const run = waiting()
    expect(wantsSlot(run.state)).toBe(false)
    run.fire('w')
    expect([run.status('w'), run.status('b'), run.state.run.status]).toEqual([
      'succeeded',
      'pending',
      'waiting',
    ])
    expect(wantsSlot(run.state)).toBe(true)
    run.feed({ type: 'run.admitted' })
    expect([run.status('b'), run.state.run.status]).toEqual(['running', 'running'])
    run.ok('b')
    expect(run.state.run.status).toBe('succeeded')
  })

  it('stays paused when it is admitted in the meantime, and continues when it is resumed', () => {
    const run = waiting()
    run.fire('w')
    run.feed({ type: 'run.paused' })
    run.feed({ type: 'run.admitted' })
    expect([run.status('b'), run.state.run.status]).toEqual(['pending', 'paused'])
    run.feed({ type: 'run.resumed' })
    expect(run.status('b')).toBe('running')
  })

  it('ends without a slot if nothing is left to start, and undoes with one', () => {
    const last = drive(flow([node('w')])).start()
    last.wait('w', { kind: 'signal', name: 'go' })
    last.feed({ type: 'run.yielded' })
    last.ok('w')
    expect(last.state.run.status).toBe('succeeded')

    const nodes = [node('a', 'work', { undo: 'u' }), node('w'), node('u')]
    const failing = drive(flow(nodes, ['a>w'])).start()
    failing.ok('a')
    failing.wait('w', { kind: 'signal', name: 'go' })
    failing.feed({ type: 'run.yielded' })
    failing.fail('w')
    expect([failing.status('a!undo'), failing.state.run.status]).toEqual(['pending', 'waiting'])
    expect(wantsSlot(failing.state)).toBe(true)
    failing.feed({ type: 'run.admitted' })
    failing.ok('a!undo')
    expect(failing.state.run.status).toBe('failed')
  })

  it('asks for a slot for a pending retry', () => {
    const nodes = [node('w', 'work', { retry: { attempts: 2, delayMs: 50 } })]
    const run = drive(flow(nodes)).start()
    run.wait('w', { kind: 'child', name: 'run_2' })
    run.feed({ type: 'run.yielded' })
    run.fail('w')
    expect([run.status('w'), run.state.run.status, wantsSlot(run.state)]).toEqual([
      'retrying',
      'waiting',
      true,
    ])
    run.fire('w')
    expect(run.ran()).toEqual(['w'])
    run.feed({ type: 'run.admitted' })
    expect(run.ran()).toEqual(['w', 'w'])
  })
})
