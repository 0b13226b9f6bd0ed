import { evictDurableObject } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { type EffectOutcome, runEffects } from '../../durable-objects/run-host/turn/effects.ts'
import type { EffectStart } from '../../durable-objects/run-host/turn/open-turn.ts'
import { NodeFailure, PlatformUnavailable } from '../../src/nodes/node.ts'
import { eventually } from '../helpers/changes.ts'
import { objectOf, runOf, start } from '../helpers/runs.ts'

const effect = (work: (signal: AbortSignal) => Promise<unknown>, attempt = 1): EffectStart =>
  ({
    path: 'a',
    attempt,
    prepared: {
      kind: 'effect',
      work: (_ports: unknown, _input: unknown, signal: AbortSignal) => work(signal),
    },
  }) as unknown as EffectStart

function effects() {
  const outcomes: EffectOutcome[] = []
  const running = runEffects(
    () => ({ ports: {}, hide: (value: unknown) => value }) as never,
    (outcome) => outcomes.push(outcome),
    (_path, result) => Promise.resolve(result),
  )
  return { outcomes, running }
}

test('a binding that does not answer defers the attempt; any other error is its failure', async () => {
  const { outcomes, running } = effects()
  running.start(effect(() => Promise.reject(new PlatformUnavailable('The store', new Error('down')))))
  running.start(effect(() => Promise.reject(new NodeFailure({ code: 'x.y', message: 'no' })), 2))
  await eventually(() => expect(outcomes).toHaveLength(2))
  expect(outcomes).toMatchObject([
    { attempt: 1, deferMs: expect.any(Number) },
    { attempt: 2, result: { error: { code: 'x.y' } } },
  ])
})

test('a cancelled effect is notified, and only the intended attempt', async () => {
  const { running } = effects()
  const signals: AbortSignal[] = []
  const endless = (signal: AbortSignal): Promise<unknown> => {
    signals.push(signal)
    return new Promise(() => undefined)
  }
  running.start(effect(endless, 2))
  running.cancel('a', 1)
  expect(signals.map(({ aborted }) => aborted)).toEqual([false])
  expect(running.size()).toBe(1)
  running.cancel('a', 2)
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  expect(running.size()).toBe(0)
})

test('a value that is larger than a row is read back completely', async () => {
  const input = Array.from({ length: 150_000 }, (_, at) => String(at)).join(' ')
  const run = await start(
    { nodes: [{ id: 'n', type: 'data.set', params: { values: { input: '{{ input }}' } } }] },
    { input },
  )
  await evictDurableObject(objectOf(run.id) as never)
  expect((await runOf(run.id).node('n'))?.output).toEqual({ input })
})
