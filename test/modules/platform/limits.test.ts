// These tests run with the limits enabled.
import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { ADDRESS_REQUESTS_PER_MINUTE } from '../../../src/http/rate-limit.ts'
import { app } from '../../helpers/api.ts'

const limited = { ...env, RATE_LIMITS: 'true' }

const ask = async (path: string, headers: Record<string, string>): Promise<number> =>
  (await app.fetch(new Request(`http://orrery.test${path}`, { headers }), limited, createExecutionContext()))
    .status

async function askMany(path: string, headers: Record<string, string>): Promise<number[]> {
  const statuses: number[] = []
  for (let i = 0; i < ADDRESS_REQUESTS_PER_MINUTE * 2 + 1; i++) statuses.push(await ask(path, headers))
  return statuses
}

test('guessing API keys is counted by network, and ends in 429', async () => {
  const guess = { 'x-api-key': `ork_live_${'A'.repeat(32)}_000000`, 'cf-connecting-ip': '2001:db8:1:2::9' }
  expect((await askMany('/api/v1/teams', guess)).at(-1)).toBe(429)
  expect(await ask('/api/v1/teams', { ...guess, 'cf-connecting-ip': '2001:db8:1:2:3:4:5:6' })).toBe(429)
  expect(await ask('/api/v1/teams', { ...guess, 'cf-connecting-ip': '2001:db8:1:3::9' })).toBe(401)
})

test('without client addresses nobody can lock out the others', async () => {
  expect(new Set(await askMany('/.well-known/jwks.json', {}))).toEqual(new Set([200]))
})
