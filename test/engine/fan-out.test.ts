import { describe, expect, it } from 'vitest'
import { drive } from './support/driver.ts'
import { flow, group, node, pure } from './support/types.ts'

const items = '{{ input.items }}'

describe('each', () => {
  it('runs items in order, at most `concurrency` at a time, and continues when all are done', () => {
    const run = drive(
      flow([node('map', 'work', { each: { items, concurrency: 2 } }), node('end')], ['map>end']),
      {
        counts: { map: 4 },
      },
    ).start()
    expect(run.ran()).toEqual(['map:0', 'map:1'])
    run.ok('map:1')
    run.ok('map:0')
    expect(run.ran()).toEqual(['map:0', 'map:1', 'map:2', 'map:3'])
    run.ok('map:2')
    expect(run.status('end')).toBeUndefined()
    run.ok('map:3')
    expect(run.status('map')).toBe('succeeded')
    expect(run.status('end')).toBe('running')
  })

  it('settles an empty list immediately', () => {
    const run = drive(flow([node('map', 'work', { each: { items } })]), { counts: { map: 0 } }).start()
    expect(run.state.run.status).toBe('succeeded')
  })

  it('refuses more than 10,000 items', () => {
    const run = drive(flow([node('map', 'work', { each: { items } })]), { counts: { map: 10_001 } }).start()
    expect(run.state.activations.get('map')?.error?.code).toBe('each.too_many_items')
  })

  it('stops a run with more than 100,000 activations', () => {
    const body = Array.from({ length: 10 }, (_, i) => pure(`n${i}`))
    const run = drive(flow([group('g', body, [], { each: { items } })]), { counts: { g: 10_000 } }).start()
    expect(run.state.run).toMatchObject({ status: 'failed', error: { code: 'run.too_many_activations' } })
    expect(run.state.activations.size).toBeLessThan(100_020)
  })

  it('makes no rows for pure items and computes them in batches', () => {
    const run = drive(flow([pure('map', { each: { items } })]), { counts: { map: 600 } }).start()
    const pieces = run.commands.flatMap((c) => (c.type === 'run_items' ? [[c.from, c.to]] : []))
    expect(pieces).toEqual([
      [0, 256],
      [256, 512],
      [512, 600],
    ])
    expect(run.state.activations.size).toBe(1)
    expect(run.state.run.status).toBe('succeeded')
  })

  it('fails the node at the first failed item and aborts the others', () => {
    const run = drive(flow([node('map', 'work', { each: { items } })]), { counts: { map: 3 } }).start()
    run.fail('map:1')
    expect(run.status('map')).toBe('failed')
    expect(run.state.run.phase).toBe('failing')
    run.ok('map:0')
    run.ok('map:2')
    expect(run.state.run.status).toBe('failed')
    expect(run.state.run.error?.cause).toBe('map:1')
  })

  it('aborts the other items immediately if the node routes its failure', () => {
    const run = drive(
      flow(
        [node('map', 'work', { each: { items }, onError: 'route' }), node('rescue'), node('end')],
        ['map:error>rescue', 'map>end'],
      ),
      { counts: { map: 3 } },
    ).start()
    run.fail('map:1')
    expect(run.status('map:0')).toBe('cancelled')
    expect(run.status('rescue')).toBe('running')
    expect(run.status('end')).toBe('skipped')
    expect(run.ok('map:0').events.map(({ type }) => type)).toEqual(['node.late'])
  })

  it.each(['skip', 'collect'] as const)('continues after a failed item with %s', (onItemError) => {
    const run = drive(flow([node('map', 'work', { each: { items, onItemError } })]), {
      counts: { map: 2 },
    }).start()
    run.fail('map:0')
    run.ok('map:1')
    expect(run.status('map')).toBe('succeeded')
    expect(run.state.activations.get('map')?.each?.failed).toBe(1)
    expect(run.state.run.status).toBe('succeeded')
  })

  it('retries an item separately', () => {
    const run = drive(flow([node('map', 'work', { each: { items }, retry: { attempts: 2 } })])).start()
    run.fail('map:0')
    expect(run.status('map:0')).toBe('retrying')
    run.fire('map:0')
    run.ok('map:0')
    run.ok('map:1')
    expect(run.state.run.status).toBe('succeeded')
  })
})

describe('groups', () => {
  it('runs its body under its own path and continues when the body is done', () => {
    const run = drive(flow([group('g', [node('a'), node('b')], ['a>b']), node('end')], ['g>end'])).start()
    expect(run.ran()).toEqual(['g.a'])
    run.ok('g.a')
    run.ok('g.b')
    expect(run.status('g')).toBe('succeeded')
    expect(run.ran()).toEqual(['g.a', 'g.b', 'end'])
  })

  it('runs a body for each item, and loops inside it', () => {
    const body = [node('poll', 'flow.approval')]
    const run = drive(
      flow([group('g', body, ['poll:rejected~>poll'], { each: { items, concurrency: 1 } })]),
    ).start()
    run.ok('g:0.poll', 'rejected')
    run.ok('g:0.poll~2', 'approved')
    expect(run.ran()).toEqual(['g:0.poll', 'g:0.poll~2', 'g:1.poll'])
    run.ok('g:1.poll', 'approved')
    expect(run.state.run.status).toBe('succeeded')
  })

  it('contains a failure inside: other work inside is aborted, work outside continues', () => {
    const run = drive(
      flow(
        [group('g', [node('a'), node('b')], [], { onError: 'continue' }), node('other'), node('end')],
        ['g>end'],
      ),
    ).start()
    run.fail('g.a')
    expect(run.status('g.b')).toBe('cancelled')
    expect(run.status('g')).toBe('failed')
    expect(run.status('end')).toBe('running')
    expect(run.status('other')).toBe('running')
    expect(run.state.activations.get('g')?.error?.cause).toBe('g.a')
  })

  it('starts nothing in a body that another edge of the same node has just failed', () => {
    const body = [pure('loop'), pure('m', { type: 'flow.merge', params: { mode: 'quorum', count: 2 } })]
    const run = drive(flow([group('g', body, ['loop>m', 'loop~>loop'], { onError: 'continue' })])).start()
    expect(run.status('g')).toBe('failed')
    expect(run.status('g.loop~2')).toBeUndefined()
    expect(run.state.open.size).toBe(0)
  })

  it('skips one item whose body fails', () => {
    const run = drive(flow([group('g', [node('a')], [], { each: { items, onItemError: 'skip' } })])).start()
    run.fail('g:0.a')
    expect(run.status('g:0')).toBe('failed')
    run.ok('g:1.a')
    expect(run.state.run.status).toBe('succeeded')
  })

  it('fails after its timeout, with everything inside', () => {
    const run = drive(flow([group('g', [node('a')], [], { timeoutMs: 500, onError: 'continue' })])).start()
    run.fire('g')
    expect(run.status('g.a')).toBe('cancelled')
    expect(run.state.activations.get('g')?.error?.code).toBe('node.timeout')
    expect(run.state.run.status).toBe('succeeded')
  })

  it('evaluates `when` once before it opens', () => {
    const body = [node('a')]
    const run = drive(flow([group('g', body, [], { when: '{{ false }}' })]), { declined: ['g'] }).start()
    expect(run.status('g')).toBe('skipped')
    expect(run.ran()).toEqual([])
  })
})
