import { describe, expect, it } from 'vitest'
import { drive } from './support/driver.ts'
import { flow, node, pure } from './support/types.ts'

const polling = (limit?: number) => {
  const made = flow(
    [pure('start'), node('poll'), node('check', 'flow.approval'), node('after')],
    ['start>poll', 'poll>check', 'check:approved>after', 'check:rejected~>poll'],
  )
  const back = made.edges!.at(-1)!
  return limit === undefined
    ? made
    : { ...made, edges: [...made.edges!.slice(0, -1), { ...back, maxIterations: limit }] }
}

describe('loops', () => {
  it('runs again through the back edge and leaves at the first taken exit', () => {
    const run = drive(polling()).start()
    run.ok('poll')
    run.ok('check', 'rejected')
    expect(run.status('poll~2')).toBe('running')
    expect(run.state.activations.get('poll~2')?.causes).toEqual(['check'])
    expect(run.status('after')).toBeUndefined()
    run.ok('poll~2')
    run.ok('check~2', 'approved')
    expect(run.status('after')).toBe('running')
    expect(run.state.activations.get('after')?.causes).toEqual(['check~2'])
    run.ok('after')
    expect(run.state.run.status).toBe('succeeded')
  })

  it('marks the leaving edges as dead only when the loop has ended', () => {
    const run = drive(polling()).start()
    run.ok('poll')
    run.ok('check', 'rejected')
    run.ok('poll~2')
    expect(run.status('after')).toBeUndefined()
    run.ok('check~2', 'timeout')
    expect(run.status('after')).toBe('skipped')
    expect(run.state.run.status).toBe('succeeded')
  })

  it('starts one next iteration after two taken back edges, and only when the iteration is over', () => {
    const run = drive(flow([node('h'), node('a'), node('b')], ['h>a', 'h>b', 'a~>h', 'b~>h'])).start()
    run.ok('h')
    run.ok('a')
    expect(run.status('h~2')).toBeUndefined()
    run.ok('b')
    expect(run.ran()).toEqual(['h', 'a', 'b', 'h~2'])
    expect(run.state.activations.get('h~2')?.causes).toEqual(['a', 'b'])
  })

  it('fails at the limit with loop.limit', () => {
    const run = drive(polling(2)).start()
    for (const suffix of ['', '~2']) {
      run.ok(`poll${suffix}`)
      run.ok(`check${suffix}`, 'rejected')
    }
    expect(run.state.activations.get('poll~3')?.error?.code).toBe('loop.limit')
    expect(run.state.run.status).toBe('failed')
    expect(run.ran()).not.toContain('poll~3')
  })

  it('does not continue once its limit was routed back into it', () => {
    const run = drive(
      flow([pure('h', { onError: 'route' }), pure('b')], ['h>b', 'b~>h', 'h:error>b']),
    ).start()
    expect(run.status('h~1001')).toBe('failed')
    expect(run.status('b~1001')).toBe('succeeded')
    expect(run.state.run.status).toBe('succeeded')
  })

  it('counts inner iterations again in each outer one', () => {
    const run = drive(
      flow(
        [node('outer'), node('inner', 'flow.approval'), node('tail', 'flow.approval'), node('end')],
        [
          'outer>inner',
          'inner:rejected~>inner',
          'inner:approved>tail',
          'tail:rejected~>outer',
          'tail:approved>end',
        ],
      ),
    ).start()
    run.ok('outer')
    run.ok('inner', 'rejected')
    run.ok('inner~1~2', 'approved')
    run.ok('tail', 'rejected')
    run.ok('outer~2')
    expect(run.status('inner~2~1')).toBe('running')
    run.ok('inner~2~1', 'approved')
    run.ok('tail~2', 'approved')
    run.ok('end')
    expect(run.state.run.status).toBe('succeeded')
  })

  it('skips a whole loop that is not reached', () => {
    const run = drive(
      flow(
        [pure('if', { type: 'flow.if' }), node('h'), node('b'), node('end')],
        ['if:true>h', 'h>b', 'b~>h', 'b>end', 'if:false>end'],
      ),
      { ports: { if: 'false' } },
    ).start()
    expect(run.status('b')).toBe('skipped')
    expect(run.ran()).toEqual(['end'])
  })
})
