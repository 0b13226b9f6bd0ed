import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test, vi } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { flowGate } from '../../src/objects/flow-gate.ts'
import { clock } from '../helpers/clock.ts'
import { newSpec, runOf } from '../helpers/runs.ts'

const gated = (whenFull: string, limit = 1, key = '{{ input.customer }}') => ({
  nodes: [{ id: 'wait', type: 'flow.waitForEvent', params: { name: 'go' } }],
  settings: { concurrency: { limit, key, whenFull } },
})

function family(whenFull: string, limit = 1) {
  const teamId = newId('team', clock.now())
  const workflowId = newId('wf', clock.now())
  return (customer = 'a') => newSpec(gated(whenFull, limit), { teamId, workflowId, input: { customer } })
}

const statusOf = async (runId: string) => (await runOf(runId).view({}))?.status
const go = (runId: string) => runOf(runId).signal({ name: 'go', data: null, by: 'me' })

test('a run that finds the gate full waits, says why, and goes in when the one before ends', async () => {
  const next = family('queue')
  const [first, second, third] = [next(), next(), next()]
  for (const spec of [first, second, third]) await runOf(spec.runId).start(spec)
  expect(await statusOf(first.runId)).toBe('waiting')
  expect(await runOf(second.runId).view({})).toMatchObject({
    status: 'queued',
    waitingFor: [{ kind: 'slot', name: 'a' }],
  })
  await go(first.runId)
  await vi.waitFor(async () => expect(await statusOf(second.runId)).toBe('waiting'))
  expect(await runOf(third.runId).view({})).toMatchObject({
    status: 'queued',
    waitingFor: [{ kind: 'slot', detail: { place: 1 } }],
  })
  await runOf(second.runId).control('cancel', 'me')
  await vi.waitFor(async () => expect(await statusOf(third.runId)).toBe('waiting'))
})

test('another key has a gate of its own', async () => {
  const next = family('queue')
  const [first, other] = [next('a'), next('b')]
  for (const spec of [first, other]) await runOf(spec.runId).start(spec)
  expect([await statusOf(first.runId), await statusOf(other.runId)]).toEqual(['waiting', 'waiting'])
})

test('a gate that rejects refuses the start', async () => {
  const next = family('reject')
  const [first, second] = [next(), next()]
  expect(await runOf(first.runId).start(first)).toMatchObject({ ok: true })
  expect(await runOf(second.runId).start(second)).toEqual({ ok: false, reason: 'rejected' })
  expect(await runOf(second.runId).view({})).toBeNull()
  await go(first.runId)
  await vi.waitFor(async () =>
    expect(await runOf(second.runId).start(second)).toMatchObject({ ok: true, created: true }),
  )
})

test('a gate that replaces cancels the one inside', async () => {
  const next = family('replace')
  const [first, second] = [next(), next()]
  for (const spec of [first, second]) await runOf(spec.runId).start(spec)
  expect(await statusOf(second.runId)).toBe('waiting')
  await vi.waitFor(async () => expect(await statusOf(first.runId)).toBe('cancelled'))
})

test('a slot whose run has gone without a word is given up when the gate asks', async () => {
  const name = `gate ${newId('wf', clock.now())}`
  const gate = flowGate(env.GATES, name)
  const spec = newSpec(gated('queue'))
  expect(await gate.enter({ runId: newId('run', 1), limit: 1, whenFull: 'queue' })).toEqual({ state: 'in' })
  expect(await gate.enter({ runId: spec.runId, limit: 1, whenFull: 'queue' })).toEqual({
    state: 'queued',
    place: 1,
  })
  expect(await gate.enter({ runId: spec.runId, limit: 1, whenFull: 'queue' })).toEqual({
    state: 'queued',
    place: 1,
  })
  await runDurableObjectAlarm(gate as never)
  expect(await gate.place(spec.runId)).toBe(0)
})
