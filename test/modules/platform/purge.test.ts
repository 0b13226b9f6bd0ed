import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/clock.ts'
import { newId } from '../../../src/core/ids.ts'
import { purge } from '../../../src/cron/index.ts'
import { clock } from '../../helpers/clock.ts'
import { withContext } from '../../helpers/jobs.ts'
import { newPerson } from '../../helpers/people.ts'

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

async function key(column: 'revoked_at' | 'expires_at', ageMs: number): Promise<string> {
  const { userId, teamId } = await newPerson()
  const id = newId('key', clock.now())
  await env.DB.prepare(
    `INSERT INTO api_keys (id, team_id, user_id, name, key_hash, last_four, scopes, created_at, ${column}) VALUES (?, ?, ?, 'k', ?, 'last', '[]', 0, ?)`,
  )
    .bind(id, teamId, userId, id, clock.now() - ageMs)
    .run()
  return id
}

test('keys that were revoked or expired long ago are deleted, newer ones stay', async () => {
  const keys = [
    await key('revoked_at', 8 * DAY_MS),
    await key('revoked_at', 6 * DAY_MS),
    await key('expires_at', 91 * DAY_MS),
    await key('expires_at', 89 * DAY_MS),
  ]
  await withContext(purge)
  const left = await Promise.all(
    keys.map((id) => env.DB.prepare('SELECT 1 FROM api_keys WHERE id = ?').bind(id).first()),
  )
  expect(left.map((row) => row !== null)).toEqual([false, true, false, true])
})

test('messages that were done long ago are deleted, newer or dead ones stay', async () => {
  const [old, young, dead] = [
    await doneRow(8 * DAY_MS),
    await doneRow(6 * DAY_MS),
    await doneRow(8 * DAY_MS, 'dead'),
  ]
  // A limited number at a time, and the other tests have left theirs.
  for (let i = 0; i < 20; i++) await withContext(purge)
  expect([await isThere(old), await isThere(young), await isThere(dead)]).toEqual([false, true, true])
})
