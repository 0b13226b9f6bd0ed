import { describe, expect, it } from 'vitest'
import { activationInFrame, lastOutcomes, previous, visibleActivation } from '../../src/engine/read/scope.ts'
import { nodesView, progress, runView } from '../../src/engine/read/view.ts'
import { drive } from './support/driver.ts'
import { flow, group, node } from './support/types.ts'

describe('the view of a run', () => {
  it('shows every activation, and the nodes that were not reached', () => {
    const run = drive(flow([node('a'), node('b'), node('c')], ['a>b', 'b>c'])).start()
    run.now += 12
    run.ok('a')
    expect(
      nodesView(run.plan, run.state).map(({ path, status, durationMs }) => [path, status, durationMs]),
    ).toEqual([
      ['a', 'succeeded', 12],
      ['b', 'running', null],
      ['c', 'pending', null],
    ])
    expect(runView(run.plan, run.state)).toMatchObject({
      status: 'running',
      progress: 33,
      startedAt: '1970-01-01T00:16:40.000Z',
      finishedAt: null,
    })
  })

  it('shows what a run waits for, and since when', () => {
    const run = drive(flow([node('w')])).start()
    run.now += 1_000
    run.wait('w', { kind: 'approval', name: 'apr_1', until: run.now + 5_000 })
    expect(runView(run.plan, run.state).waitingFor).toEqual([
      {
        path: 'w',
        kind: 'approval',
        name: 'apr_1',
        since: '1970-01-01T00:16:41.000Z',
        until: '1970-01-01T00:16:46.000Z',
      },
    ])
  })

  it('shows the timeout of the node as the end of a wait if that is earlier', () => {
    const run = drive(flow([node('w', 'work', { timeoutMs: 3_000 })])).start()
    run.wait('w', { kind: 'approval', name: 'apr_1', until: run.now + 5_000 })
    expect(runView(run.plan, run.state).waitingFor[0]?.until).toBe('1970-01-01T00:16:43.000Z')
  })

  it('shows no end of the wait for a child', () => {
    const run = drive(flow([node('w')])).start()
    run.wait('w', { kind: 'child', name: 'run_2', until: run.now + 60_000, onDue: 'resume' })
    expect(runView(run.plan, run.state).waitingFor).toMatchObject([{ kind: 'child', until: null }])
  })

  it('shows what is retried, why, since when and until when', () => {
    const run = drive(flow([node('w', 'work', { retry: { attempts: 2, delayMs: 5_000 } })])).start()
    run.now += 1_000
    run.fail('w')
    expect(runView(run.plan, run.state)).toMatchObject({
      status: 'running',
      waitingFor: [
        {
          path: 'w',
          kind: 'retry',
          name: 'test.failed',
          since: '1970-01-01T00:16:41.000Z',
          until: '1970-01-01T00:16:46.000Z',
        },
      ],
    })
    run.fire('w')
    expect(runView(run.plan, run.state).waitingFor).toEqual([])
  })

  it('counts items as parts of their node and never decreases', () => {
    const run = drive(flow([node('map', 'work', { each: { items: [], concurrency: 1 } })]), {
      counts: { map: 4 },
    }).start()
    const seen = [progress(run.plan, run.state)]
    for (let i = 0; i < 4; i++) {
      run.ok(`map:${i}`)
      seen.push(progress(run.plan, run.state))
    }
    expect(seen).toEqual([0, 25, 50, 75, 100])
  })
})

describe('the output of a body without an output', () => {
  const last = (run: ReturnType<typeof drive>) =>
    lastOutcomes(run.plan, run.state, 0, '').map(({ path }) => path)

  it('is that of the last nodes, not of nodes that only continued a loop', () => {
    const arcs = ['s>h', 'h:true>b', 'b~>h', 'h:false>end']
    const nodes = [node('s'), node('h', 'flow.if'), node('b'), node('end')]
    const run = drive(flow(nodes, arcs), { ports: { h: 'true', 'h~2': 'false' } }).start()
    for (const path of ['s', 'b', 'end']) run.ok(path)
    expect(run.state.run.status).toBe('succeeded')
    expect(last(run)).toEqual(['end'])
  })

  it('is that of the last iteration of a loop that a node leaves at a port without an edge', () => {
    const run = drive(flow([node('s'), node('h', 'flow.if'), node('x')], ['s>h', 's>x', 'h:true~>h']), {
      ports: { h: 'true', 'h~2': 'false' },
    }).start()
    for (const path of ['s', 'x']) run.ok(path)
    expect(last(run)).toEqual(['h~2', 'x'])
  })

  it('is that of the loop if there is nothing else', () => {
    const nodes = [node('h', 'flow.if'), node('b')]
    const ports = { h: 'true', 'h~2': 'false' }
    const run = drive(flow(nodes, ['h:true>b', 'b~>h']), { ports }).start()
    run.ok('b')
    expect(last(run)).toEqual(['b'])
  })
})

describe('what an expression sees', () => {
  const seen = (run: ReturnType<typeof drive>, from: string, id: string) =>
    visibleActivation(run.plan, run.state, run.state.activations.get(from)!, id)?.path

  it('is this iteration if it is upstream, else the previous one', () => {
    const run = drive(flow([node('s'), node('h'), node('b')], ['s>h', 'h>b', 'b~>h'])).start()
    for (const path of ['s', 'h', 'b', 'h~2']) run.ok(path)
    expect(seen(run, 'h', 'b')).toBeUndefined()
    expect(seen(run, 'h~2', 'b')).toBe('b')
    expect(seen(run, 'b~2', 'h')).toBe('h~2')
    expect(seen(run, 'b~2', 's')).toBe('s')
  })

  it('is the last iteration with an outcome, seen from after the loop', () => {
    const run = drive(
      flow([node('h', 'flow.approval'), node('end')], ['h:rejected~>h', 'h:approved>end']),
    ).start()
    run.ok('h', 'rejected')
    run.ok('h~2', 'approved')
    expect(seen(run, 'end', 'h')).toBe('h~2')
  })

  it('is its item and body, and what surrounds them', () => {
    const run = drive(
      flow([node('a'), group('g', [node('x'), node('y')], ['x>y'], { each: { items: [] } })], ['a>g']),
    ).start()
    for (const path of ['a', 'g:0.x', 'g:1.x']) run.ok(path)
    expect(seen(run, 'g:1.y', 'x')).toBe('g:1.x')
    expect(seen(run, 'g:1.y', 'a')).toBe('a')
    expect(activationInFrame(run.plan, run.state, 'g:1', 'x')?.path).toBe('g:1.x')
    expect(activationInFrame(run.plan, run.state, 'g:1', 'a')?.path).toBe('a')
  })

  it('is nothing if a node was skipped', () => {
    const run = drive(
      flow([node('a', 'flow.approval'), node('b'), node('c')], ['a:approved>b', 'b>c', 'a:rejected>c']),
    ).start()
    run.ok('a', 'rejected')
    expect(run.status('b')).toBe('skipped')
    expect(seen(run, 'c', 'b')).toBeUndefined()
  })

  it('is, for an undo, what it undoes and what that node saw', () => {
    const run = drive(
      flow([node('a'), node('b', 'work', { undo: 'u' }), node('c'), node('u')], ['a>b', 'b>c']),
    ).start()
    run.ok('a')
    run.ok('b')
    run.fail('c')
    expect(seen(run, 'b!undo', 'b')).toBe('b')
    expect(seen(run, 'b!undo', 'a')).toBe('a')
  })
})

describe('prev', () => {
  const before = (run: ReturnType<typeof drive>, path: string) => {
    const found = previous(run.plan, run.state, run.state.activations.get(path)!)
    return found.single ? found.path : Object.fromEntries(found.paths)
  }

  it('is one output if one node leads here, and an object if the graph has several', () => {
    const nodes = [node('a', 'flow.approval'), node('b'), node('c'), node('d')]
    const run = drive(flow(nodes, ['a:approved>b', 'b>d', 'a:approved>c', 'c>d'])).start()
    run.ok('a', 'approved')
    expect(before(run, 'b')).toBe('a')
    run.ok('b')
    run.ok('c')
    expect(before(run, 'd')).toEqual({ b: 'b', c: 'c' })
  })

  it('is the output of the loop, from the second iteration on', () => {
    const run = drive(flow([node('s'), node('h'), node('b')], ['s>h', 'h>b', 'b~>h'])).start()
    for (const path of ['s', 'h', 'b']) run.ok(path)
    expect(before(run, 'h')).toBe('s')
    expect(before(run, 'h~2')).toBe('b')
  })

  it('is what the group saw, at the start of its body', () => {
    const run = drive(
      flow([node('a'), group('g', [node('x')], [], { each: { items: [] } })], ['a>g']),
    ).start()
    run.ok('a')
    expect(before(run, 'g:1.x')).toBe('a')
    expect(before(run, 'a')).toBeUndefined()
  })
})
