import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/clock.ts'
import { newId } from '../../../src/core/ids.ts'
import { purge } from '../../../src/cron/purge.ts'
import { clock } from '../../helpers/clock.ts'
import { withContext } from '../../helpers/jobs.ts'

async function doneRow(ageMs: number, status = 'done'): Promise<string> {
  const id = newId('msg', clock.now())
  await env.DB.prepare(
    "INSERT INTO outbox (id, type, body, request_id, status, next_at, created_at, done_at) VALUES (?, 'mail.send', '{}', 'r', ?, 0, 0, ?)",
  )
    .bind(id, status, clock.now() - ageMs)
    .run()
  return id
}

const isThere = async (id: string) =>
  (await env.DB.prepare('SELECT 1 FROM outbox WHERE id = ?').bind(id).first()) !== null

test('what was done long ago goes, what is younger or given up stays', async () => {
  const [old, young, dead] = [
    await doneRow(8 * DAY_MS),
    await doneRow(6 * DAY_MS),
    await doneRow(8 * DAY_MS, 'dead'),
  ]
  // A bite at a time, and the other tests have left theirs.
  for (let i = 0; i < 20; i++) await withContext(purge)
  expect([await isThere(old), await isThere(young), await isThere(dead)]).toEqual([false, true, true])
})
