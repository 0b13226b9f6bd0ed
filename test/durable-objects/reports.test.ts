// How a run that ends in its own start gets into the index, without an alarm.
import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test, vi } from 'vitest'
import { linear, newSpec, runOf, start } from '../helpers/runs.ts'

const statusInIndex = async (runId: string): Promise<string | null> =>
  env.DB.prepare('SELECT status FROM runs WHERE id = ?').bind(runId).first<string>('status')

const held = (runId: string) =>
  runInDurableObject(runOf(runId) as never, async (_object, state: DurableObjectState) => ({
    alarm: await state.storage.getAlarm(),
    outbox: state.storage.sql.exec('SELECT kind FROM outbox').toArray().length,
  }))

test('a run that ends in its start is in the index when it is answered, and has no alarm', async () => {
  const { id } = await start(linear(10))
  expect(await statusInIndex(id)).toBe('succeeded')
  expect((await held(id)).alarm).toBeNull()
})

test('the report is made once more, and then forgotten, when the run is loaded again', async () => {
  const { id } = await start(linear(2))
  await env.DB.prepare('DELETE FROM runs WHERE id = ?').bind(id).run()
  await evictDurableObject(runOf(id) as never)
  expect((await runOf(id).view({ output: true }))?.status).toBe('succeeded')
  await vi.waitFor(async () => expect((await held(id)).outbox).toBe(0))
  expect(await statusInIndex(id)).toBe('succeeded')
  expect((await held(id)).alarm).toBeNull()
})

test('while the index does not answer the run is answered all the same, and an alarm stands for its report', async () => {
  await env.DB.prepare('ALTER TABLE runs RENAME TO runs_away').run()
  const spec = newSpec(linear(2))
  try {
    const answer = await runOf(spec.runId).start(spec, { waitMs: 5_000 })
    expect(answer.ok && answer.run.status).toBe('succeeded')
    expect(await held(spec.runId)).toMatchObject({ alarm: expect.any(Number), outbox: 1 })
  } finally {
    await env.DB.prepare('ALTER TABLE runs_away RENAME TO runs').run()
  }
  await vi.waitFor(async () => expect(await statusInIndex(spec.runId)).toBe('succeeded'), { timeout: 5_000 })
  await vi.waitFor(async () => expect((await held(spec.runId)).outbox).toBe(0))
})
