// Late, repeated and reordered facts change nothing.

import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, inject, onTestFinished, test, vi } from 'vitest'
import { applyRunReports } from '../../src/modules/runs/repo/projection.ts'
import { sweepRuns } from '../../src/modules/runs/sweep/runs.ts'
import { dataSet } from '../../src/nodes/data/set.ts'
import type { PureNode } from '../../src/nodes/node.ts'
import { lose } from '../chaos/support/drive.ts'
import { time } from '../chaos/support/time.ts'
import { eventually } from '../helpers/changes.ts'
import { withContext } from '../helpers/jobs.ts'
import { newSpec, objectOf, runOf } from '../helpers/runs.ts'

const waiting = (...before: Record<string, unknown>[]) => ({
  nodes: [...before, { id: 'wait', type: 'flow.waitForEvent', params: { name: 'go' } }],
  edges: before.map(({ id }) => ({ from: id, to: 'wait' })),
})
const row = (id: string) =>
  env.DB.prepare('SELECT status, seq, deleted_at FROM runs WHERE id = ?')
    .bind(id)
    .first<{ status: string; seq: number; deleted_at: number | null }>()

test('resolving a node that is not unknown is refused and does not change its output', async () => {
  const spec = newSpec(waiting({ id: 'set', type: 'data.set', params: { values: { n: 1 } } }))
  const stub = runOf(spec.runId)
  await stub.start(spec)
  const word = { path: 'set', outcome: 'succeeded', output: { n: 2 }, by: 'me' } as const
  expect(await stub.resolve(word)).toMatchObject({ ok: false, reason: 'conflict' })
  expect(await stub.node('set')).toMatchObject({ status: 'succeeded', output: { n: 1 } })
})

test('an older report never replaces a newer one, nor restores a deleted run', async () => {
  const spec = newSpec(waiting())
  const { runId } = spec
  const { teamId } = spec
  const seen = (seq: number, status: string) =>
    applyRunReports(env.DB, [
      {
        started: null,
        view: {
          id: runId,
          teamId,
          workflowId: null,
          workflowVersion: 1,
          workflowName: 'Test',
          status,
          triggerType: 'manual',
          mocked: 0,
          seq,
          progress: 0,
          createdAt: 1,
        },
      },
    ])
  await seen(5, 'waiting')
  await seen(3, 'running')
  await seen(5, 'running')
  expect(await row(runId)).toMatchObject({ status: 'waiting', seq: 5 })
  await env.DB.prepare("UPDATE runs SET deleted_at = 1, status = 'cancelled' WHERE id = ?").bind(runId).run()
  await seen(9, 'succeeded')
  expect(await row(runId)).toMatchObject({ status: 'cancelled', deleted_at: 1 })
})

test('a report that D1 refuses is kept and sent again', async () => {
  const spec = newSpec(waiting())
  const trigger = `down_${spec.runId}`
  await env.DB.prepare(
    `CREATE TRIGGER ${trigger} BEFORE INSERT ON runs WHEN NEW.id = '${spec.runId}' BEGIN SELECT RAISE(ABORT, 'down'); END`,
  ).run()
  const stub = runOf(spec.runId)
  await stub.start(spec)
  const unsent = () =>
    runInDurableObject(objectOf(spec.runId) as never, (_object: unknown, { storage }: DurableObjectState) =>
      storage.sql.exec<{ attempts: number }>('SELECT attempts FROM unreported').toArray(),
    )
  await eventually(async () => expect(await unsent()).toEqual([{ attempts: 1 }]))
  expect(await row(spec.runId)).toBeNull()
  await env.DB.prepare(`DROP TRIGGER ${trigger}`).run()
  await eventually(async () => expect(await row(spec.runId)).toMatchObject({ status: 'waiting' }))
  await eventually(async () => expect(await unsent()).toEqual([]))
})

/** A run with an approval, which the index has refused once. */
async function refusedApproval() {
  const spec = newSpec({ nodes: [{ id: 'ask', type: 'flow.approval', params: { title: 'May it?' } }] })
  const { runId } = spec
  const trigger = `deaf_${runId}`
  await env.DB.prepare(
    `CREATE TRIGGER ${trigger} BEFORE INSERT ON approvals WHEN NEW.run_id = '${runId}' BEGIN SELECT RAISE(ABORT, 'down'); END`,
  ).run()
  await runOf(runId).start(spec)
  const unsent = () =>
    runInDurableObject(objectOf(runId) as never, (_object: unknown, { storage }: DurableObjectState) =>
      storage.sql.exec<{ attempts: number }>("SELECT attempts FROM outbox WHERE kind = 'approval'").toArray(),
    )
  const inIndex = async () =>
    (await env.DB.prepare('SELECT status FROM approvals WHERE run_id = ?').bind(runId).all()).results
  const tries = async () => (await unsent())[0]?.attempts
  await eventually(async () => expect(await tries()).toBeGreaterThan(0))
  expect(await inIndex()).toEqual([])
  const listen = () => env.DB.prepare(`DROP TRIGGER ${trigger}`).run()
  return { runId, unsent, inIndex, listen }
}

test.each(['', ', also when memory is lost meanwhile'])(
  'an undelivered message is sent again%s',
  async (lost) => {
    const { runId, unsent, inIndex, listen } = await refusedApproval()
    if (lost !== '') await lose(runId)
    await listen()
    // Wakes a lost object, like its alarm would.
    await unsent()
    await eventually(async () => expect(await inIndex()).toEqual([{ status: 'pending' }]))
    await eventually(async () => expect(await unsent()).toEqual([]))
  },
)

test('the sweep wakes a run with a lost alarm, and checks it again later', async () => {
  const spec = newSpec({ nodes: [{ id: 'wait', type: 'flow.wait', params: { durationMs: 30_000 } }] })
  const stub = runOf(spec.runId)
  await stub.start(spec)
  await eventually(async () => expect(await row(spec.runId)).toMatchObject({ status: 'waiting' }))
  await runInDurableObject(
    objectOf(spec.runId) as never,
    (_object: unknown, { storage }: DurableObjectState) => storage.deleteAlarm(),
  )
  await env.DB.prepare('UPDATE runs SET wake_by = 1 WHERE id = ?').bind(spec.runId).run()
  time.start()
  time.pass(40_000)
  await withContext((request) => sweepRuns(request))
  const { events } = (await stub.events(0, 100)) ?? { events: [] }
  time.stop()
  expect(events.at(-1)).toMatchObject({ type: 'run.succeeded' })
  const seen = await env.DB.prepare('SELECT wake_by FROM runs WHERE id = ?').bind(spec.runId).first()
  expect(seen).not.toMatchObject({ wake_by: 1 })
})

test('an effect that is cancelled in the turn that starts it is not executed', async () => {
  const target = inject('httpTarget')
  const url = `${target}/flaky/{{ run.id }}?failures=0`
  const spec = newSpec({
    nodes: [
      { id: 'quick', type: 'flow.noop' },
      { id: 'call', type: 'http.request', params: { method: 'POST', url } },
      { id: 'first', type: 'flow.merge', params: { mode: 'first' } },
    ],
    edges: [
      { from: 'quick', to: 'first' },
      { from: 'call', to: 'first' },
    ],
  })
  expect(await runOf(spec.runId).start(spec, { waitMs: 60_000 })).toMatchObject({
    run: { status: 'succeeded' },
  })
  expect(await runOf(spec.runId).node('call')).toMatchObject({ status: 'cancelled' })
  const seen = await fetch(`${target}/seen/${spec.runId}`)
  expect(await seen.json()).toEqual([])
})

test('a node that a merge has cancelled is not computed', async () => {
  const compute = vi.spyOn(dataSet as PureNode, 'compute')
  onTestFinished(() => compute.mockRestore())
  const spec = newSpec({
    nodes: [
      { id: 'before', type: 'flow.noop' },
      { id: 'quick', type: 'flow.noop' },
      { id: 'late', type: 'data.set', params: { values: { n: '{{ run.id }}' } } },
      { id: 'first', type: 'flow.merge', params: { mode: 'first' } },
    ],
    edges: [
      { from: 'quick', to: 'first' },
      { from: 'before', to: 'late' },
      { from: 'late', to: 'first' },
    ],
  })
  await runOf(spec.runId).start(spec)
  expect(await runOf(spec.runId).node('late')).toMatchObject({ status: 'cancelled' })
  expect(compute.mock.calls.filter(([{ run }]) => run.id === spec.runId)).toEqual([])
})

test('a run that takes over the key root of another uses those keys', async () => {
  const target = inject('httpTarget')
  const url = `${target}/flaky/{{ run.id }}?failures=0`
  const spec = newSpec(
    { nodes: [{ id: 'call', type: 'http.request', params: { method: 'POST', url } }] },
    { keyRoot: 'run_parent' },
  )
  await runOf(spec.runId).start(spec, { waitMs: 60_000 })
  const seen = await fetch(`${target}/seen/${spec.runId}`)
  expect(await seen.json()).toMatchObject([{ key: 'run_parent:call' }])
})

test('a signal that is sent twice with one id ends one wait', async () => {
  const wait = (id: string) => ({ id, type: 'flow.waitForEvent', params: { name: 'paid' } })
  const spec = newSpec({ nodes: [wait('first'), wait('second')], edges: [{ from: 'first', to: 'second' }] })
  const stub = runOf(spec.runId)
  await stub.start(spec)
  const word = { name: 'paid', data: 1, id: 'once', by: 'me' }
  await stub.signal(word)
  expect(await stub.signal(word)).toMatchObject({ ok: true, run: { status: 'waiting' } })
  expect(await stub.signal({ ...word, id: 'other' })).toMatchObject({
    ok: true,
    run: { status: 'succeeded' },
  })
})
