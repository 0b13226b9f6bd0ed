// What every attempt of an activation sees: the run as it was when the activation first became ready.
import { describe, expect, it } from 'vitest'
import { visibleActivation } from '../../src/engine/read/scope.ts'
import { type Drive, drive } from './support/driver.ts'
import { flow, group, node } from './support/types.ts'

const seen = (run: Drive, from: string, id: string) =>
  visibleActivation(run.plan, run.state, run.state.activations.get(from)!, id)?.path

describe('the time that an activation sees', () => {
  it('is when it became ready, not when an attempt started', () => {
    const run = drive(flow([node('a', 'work', { retry: { attempts: 3, delayMs: 500 } })])).start()
    const readyAt = run.now
    run.now += 60
    run.fail('a')
    run.fire('a')
    expect(run.state.activations.get('a')).toMatchObject({ attempt: 2, readyAt })
  })

  it('counts from when it was ready, also if it had to wait for a slot', () => {
    const run = drive(flow([node('a'), node('b')], [], { settings: { maxParallel: 1 } })).start()
    const readyAt = run.now
    run.now += 500
    run.ok('a')
    expect(run.state.activations.get('b')).toMatchObject({ startedAt: run.now, readyAt })
  })
})

describe('a node after a loop that was left early', () => {
  /** `h` leads out of the loop and continues it at the same time. */
  const early = (more: Parameters<typeof flow>[0] = [], arcs: string[] = []) =>
    drive(
      flow(
        [node('h'), node('x'), node('b', 'work', { retry: { attempts: 5 } }), node('c'), ...more],
        ['h>x', 'h>b', 'x~>h', 'b>c', ...arcs],
      ),
    ).start()

  it('sees the iteration that took the exit on every attempt, however far the loop has continued', () => {
    const run = early()
    run.ok('h')
    expect(seen(run, 'b', 'h')).toBe('h')
    run.ok('x')
    run.ok('h~2')
    run.ok('x~2')
    run.fail('b')
    run.fire('b')
    expect([seen(run, 'b', 'h'), seen(run, 'b', 'x')]).toEqual(['h', undefined])
  })

  it('sees it also further on, where the node became ready much later', () => {
    const run = early()
    run.ok('h')
    for (const path of ['x', 'h~2', 'x~2', 'h~3', 'b']) run.ok(path)
    expect(seen(run, 'c', 'h')).toBe('h')
  })

  it('sees the later of two exits if it waited for both', () => {
    const run = drive(
      flow(
        [node('h', 'flow.approval'), node('b'), node('both')],
        ['h:rejected>b', 'h:rejected~>h', 'h:approved>both', 'b>both'],
      ),
    ).start()
    run.ok('h', 'rejected')
    run.ok('b')
    run.ok('h~2', 'rejected')
    run.ok('h~3', 'approved')
    expect([seen(run, 'b', 'h'), seen(run, 'both', 'h')]).toEqual(['h', 'h~3'])
  })

  it('does not see an exit that was taken after it became ready', () => {
    const run = drive(
      flow(
        [
          node('h', 'flow.approval'),
          node('p'),
          node('m', 'flow.merge', { params: { mode: 'any' } }),
          node('b'),
        ],
        ['h:rejected>p', 'h:rejected~>h', 'h:approved>m', 'p>m', 'm>b'],
      ),
    ).start()
    run.ok('h', 'rejected')
    run.ok('h~2', 'rejected')
    run.ok('p')
    run.ok('h~3', 'approved')
    expect(run.status('b')).toBe('running')
    expect(seen(run, 'b', 'h')).toBe('h')
  })

  it('sees the inner iteration of the outer iteration that left both loops', () => {
    const run = drive(
      flow(
        [node('o'), node('i', 'flow.approval'), node('t', 'flow.approval'), node('end')],
        ['o>i', 'i:rejected~>i', 'i:approved>t', 't:rejected~>o', 't:rejected>end'],
      ),
    ).start()
    run.ok('o')
    run.ok('i', 'rejected')
    run.ok('i~1~2', 'approved')
    run.ok('t', 'rejected')
    expect(seen(run, 'end', 'i')).toBe('i~1~2')
    run.ok('o~2')
    run.ok('i~2~1', 'rejected')
    expect(seen(run, 'end', 'i')).toBe('i~1~2')
  })

  it('sees it from inside a group as well', () => {
    const run = drive(flow([node('h'), group('g', [node('in')])], ['h~>h', 'h>g'])).start()
    run.ok('h')
    run.ok('h~2')
    expect(seen(run, 'g.in', 'h')).toBe('h')
  })

  it('sees the last iteration if no exit of the loop leads to it', () => {
    const run = drive(
      flow(
        [node('o'), node('i', 'flow.approval'), node('end')],
        ['o>i', 'i:rejected~>i', 'i:approved>end', 'end~>o'],
      ),
    ).start()
    run.ok('o')
    run.ok('i', 'rejected')
    run.ok('i~1~2', 'approved')
    run.ok('end')
    expect(seen(run, 'o~2', 'i')).toBe('i~1~2')
  })
})

describe('a node after a merge that did not wait for all branches', () => {
  it('does not see more on a later attempt than on the first', () => {
    const run = drive(
      flow(
        [
          node('a'),
          node('late'),
          node('m', 'flow.merge', { params: { mode: 'any' } }),
          node('b', 'work', { retry: { attempts: 2 } }),
        ],
        ['a>m', 'late>m', 'm>b'],
      ),
    ).start()
    run.ok('a')
    expect(seen(run, 'b', 'late')).toBeUndefined()
    run.ok('late')
    run.fail('b')
    run.fire('b')
    expect(seen(run, 'b', 'late')).toBeUndefined()
  })
})
