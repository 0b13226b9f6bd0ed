import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/clock.ts'
import { purge } from '../../../src/cron/index.ts'
import { clock } from '../../helpers/clock.ts'
import { withContext } from '../../helpers/jobs.ts'
import { registered } from './accounts.ts'

const left = async (userId: string): Promise<number[]> => {
  const counts = await env.DB.batch<{ n: number }>([
    env.DB.prepare('SELECT count(*) AS n FROM sessions WHERE user_id = ?').bind(userId),
    env.DB.prepare(
      'SELECT count(*) AS n FROM refresh_tokens WHERE session_id IN (SELECT id FROM sessions WHERE user_id = ?)',
    ).bind(userId),
    env.DB.prepare('SELECT count(*) AS n FROM one_time_tokens WHERE user_id = ?').bind(userId),
  ])
  return counts.map((one) => one.results[0]?.n ?? 0)
}

/** A sweep deletes a limited number, and the other tests may have left more. */
async function sweepAll(): Promise<void> {
  for (let i = 0; i < 20; i++) await withContext(purge)
}

test('the sweep removes rows that expired a day ago, and nothing else', async () => {
  const person = await registered()
  await sweepAll()
  expect(await left(person.userId)).toEqual([1, 1, 1])
  clock.advance(2 * DAY_MS + 1)
  await sweepAll()
  expect(await left(person.userId)).toEqual([1, 1, 0])
  clock.advance(6 * DAY_MS)
  await sweepAll()
  expect(await left(person.userId)).toEqual([0, 0, 0])
})
