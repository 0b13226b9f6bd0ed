import { describe, expect, it } from 'vitest'
import { drive } from './support/driver.ts'
import { flow, node, pure } from './support/types.ts'

describe('joins', () => {
  it('runs a chain in order and ends', () => {
    const run = drive(flow([node('a'), node('b'), pure('c')], ['a>b', 'b>c'])).start()
    expect(run.ran()).toEqual(['a'])
    run.ok('a')
    expect(run.ran()).toEqual(['a', 'b'])
    run.ok('b')
    expect(run.state.run.status).toBe('succeeded')
    expect(run.types().at(-1)).toBe('run.succeeded')
    expect(run.events.map(({ seq }) => seq)).toEqual(run.events.map((_, i) => i + 1))
  })

  it('fires a join once, after its last edge', () => {
    const run = drive(flow([node('a'), node('b'), node('c')], ['a>c', 'b>c'])).start()
    run.ok('b')
    expect(run.status('c')).toBe('pending')
    run.ok('a')
    expect(run.ran()).toEqual(['a', 'b', 'c'])
    expect(run.state.activations.get('c')?.causes).toEqual(['a', 'b'])
  })

  it('skips the branch that is not taken, and everything after it', () => {
    const run = drive(
      flow(
        [pure('if', { type: 'flow.if' }), node('yes'), node('no'), node('deep'), node('end')],
        ['if:true>yes', 'if:false>no', 'no>deep', 'deep>end', 'yes>end'],
      ),
      { ports: { if: 'true' } },
    ).start()
    expect(run.status('no')).toBe('skipped')
    expect(run.status('deep')).toBe('skipped')
    run.ok('yes')
    expect(run.ran()).toEqual(['yes', 'end'])
    expect(run.state.activations.get('end')?.causes).toEqual(['yes'])
    run.ok('end')
    expect(run.state.run.status).toBe('succeeded')
  })

  it('skips a node whose `when` is false', () => {
    const run = drive(flow([pure('a'), node('b')], ['a>b']), { declined: ['a'] }).start()
    expect(run.status('a')).toBe('skipped')
    expect(run.status('b')).toBe('skipped')
    expect(run.state.run.status).toBe('succeeded')
  })

  it('passes a disabled node at its first port without running it', () => {
    const run = drive(
      flow([node('a', 'flow.if', { disabled: true }), node('b'), node('c')], ['a:true>b', 'a:false>c']),
    ).start()
    expect(run.ran()).toEqual(['b'])
    expect(run.status('c')).toBe('skipped')
  })

  it('starts at the entry of a trigger and treats the other entries as dead', () => {
    const run = drive(flow([node('a'), node('b'), node('c'), node('d')], ['a>c', 'b>c', 'b>d'])).start({
      entry: 'a',
    })
    expect(run.ran()).toEqual(['a'])
    expect(run.status('b')).toBe('skipped')
    expect(run.status('d')).toBe('skipped')
    run.ok('a')
    expect(run.status('c')).toBe('running')
  })

  it('starts in the middle and never runs the entry again when its edges die', () => {
    const run = drive(flow([node('a'), node('b'), node('c')], ['a>b', 'b>c'])).start({ entry: 'b' })
    expect(run.ran()).toEqual(['b'])
    run.ok('b')
    run.ok('c')
    expect(run.state.run.status).toBe('succeeded')
    expect(run.ran()).toEqual(['b', 'c'])
  })

  it('holds at most maxParallel slots and starts the rest in order', () => {
    const nodes = ['a', 'b', 'c', 'd'].map((id) => node(id))
    const run = drive(flow(nodes, [], { settings: { maxParallel: 2 } })).start()
    expect(run.ran()).toEqual(['a', 'b'])
    expect(run.state.run.slots).toBe(2)
    run.ok('b')
    expect(run.ran()).toEqual(['a', 'b', 'c'])
    run.ok('a')
    expect(run.ran()).toEqual(['a', 'b', 'c', 'd'])
  })

  it('waits for the output expression before it succeeds', () => {
    const run = drive(flow([pure('a')], [], { output: '{{ nodes.a }}' })).start()
    expect(run.types()).toEqual(['run.started', 'node.succeeded', 'run.collected', 'run.succeeded'])
  })
})

describe('merges', () => {
  const three = (mode: string, count?: number) =>
    flow(
      [
        node('a'),
        node('b'),
        node('c'),
        pure('m', { type: 'flow.merge', params: { mode, count } }),
        node('z'),
      ],
      ['a>m', 'b>m', 'c>m', 'm>z'],
    )

  it('any: fires at the first taken edge and lets the others continue', () => {
    const run = drive(three('any')).start()
    run.ok('b')
    expect(run.ran()).toEqual(['a', 'b', 'c', 'z'])
    expect(run.state.activations.get('m')?.causes).toEqual(['b'])
    run.ok('a')
    run.ok('z')
    expect(run.state.run.status).toBe('running')
    run.ok('c')
    expect(run.state.run.status).toBe('succeeded')
    expect(run.ran()).toEqual(['a', 'b', 'c', 'z'])
  })

  it('first: also cancels everything that could only lead to it', () => {
    const run = drive(
      flow(
        [
          node('a'),
          node('b'),
          node('side'),
          node('c'),
          pure('m', { type: 'flow.merge', params: { mode: 'first' } }),
        ],
        ['a>m', 'b>side', 'b>m', 'c>m'],
      ),
    ).start()
    run.ok('a')
    expect(run.status('c')).toBe('cancelled')
    expect(run.status('b')).toBe('running')
    expect(run.commands.filter(({ type }) => type === 'cancel_node')).toHaveLength(1)
    run.ok('b')
    run.ok('side')
    expect(run.state.run.status).toBe('succeeded')
  })

  it('first: also cancels nodes that have not started', () => {
    const run = drive(
      flow(
        [node('a'), node('b'), node('b2'), pure('m', { type: 'flow.merge', params: { mode: 'first' } })],
        ['a>m', 'b>b2', 'b2>m'],
      ),
    ).start()
    run.ok('a')
    expect(run.status('b')).toBe('cancelled')
    expect(run.state.run.status).toBe('succeeded')
    expect(run.ran()).toEqual(['a', 'b'])
  })

  it('first: does not cancel a branch that ends in a loop, because it does not lead to the merge', () => {
    const run = drive(
      flow(
        [
          node('a'),
          node('h'),
          node('side', 'flow.approval'),
          pure('m', { type: 'flow.merge', params: { mode: 'first' } }),
        ],
        ['a>m', 'h>m', 'h>side', 'side:rejected~>h'],
      ),
    ).start()
    run.ok('a')
    expect(run.status('h')).toBe('running')
    run.ok('h')
    expect(run.status('side')).toBe('running')
    run.ok('side', 'approved')
    expect(run.state.run.status).toBe('succeeded')
  })

  it('quorum: fires at the count, and fails when it can no longer be reached', () => {
    const good = drive(three('quorum', 2)).start()
    good.ok('a')
    expect(good.status('z')).toBeUndefined()
    good.ok('c')
    expect(good.status('z')).toBe('running')

    const nodes = [
      node('a', 'flow.approval'),
      node('b', 'flow.approval'),
      pure('m', { type: 'flow.merge', params: { mode: 'quorum', count: 2 } }),
    ]
    const bad = drive(flow(nodes, ['a:approved>m', 'b:approved>m'])).start()
    bad.ok('a', 'approved')
    bad.ok('b', 'rejected')
    expect(bad.state.activations.get('m')?.error?.code).toBe('merge.quorum_impossible')
    expect(bad.state.run.status).toBe('failed')
  })

  it('is skipped when every branch is dead', () => {
    const nodes = [node('a', 'flow.approval'), pure('m', { type: 'flow.merge', params: { mode: 'any' } })]
    const run = drive(flow(nodes, ['a:approved>m', 'a:timeout>m'])).start()
    run.ok('a', 'rejected')
    expect(run.status('m')).toBe('skipped')
    expect(run.state.run.status).toBe('succeeded')
  })
})
