import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { purge } from '../../src/cron/index.ts'
import { type StoreScope, storeGet, storeIncrement, storeSet } from '../../src/modules/kv/index.ts'
import { clock } from '../helpers/clock.ts'
import { withContext } from '../helpers/jobs.ts'
import { newTeam } from '../helpers/people.ts'
import { start } from '../helpers/runs.ts'
import { one, type Params } from './one.ts'

const newScope = async (): Promise<StoreScope> => ({
  d1: env.DB,
  teamId: (await newTeam()).teamId,
  now: clock.now,
})

const operation = () => newId('evt', clock.now())

test('a value that one run has set is read by another, only in its team', async () => {
  const { teamId } = await newTeam()
  const value = { list: [1, null, 'ä'], deep: { a: true } }
  const set = await one('store.set', { key: 'k', value }, { teamId })
  expect(set).toMatchObject({ status: 'succeeded', output: value })
  expect((await one('store.get', { key: 'k' }, { teamId })).output).toEqual(value)
  const other = await newTeam()
  expect((await one('store.get', { key: 'k', default: 'none' }, { teamId: other.teamId })).output).toBe(
    'none',
  )
  expect((await one('store.get', { key: 'k' }, { teamId: other.teamId })).output).toBe(null)
})

test('null that was set does not mean the default', async () => {
  const { teamId } = await newTeam()
  await one('store.set', { key: 'k', value: null }, { teamId })
  expect((await one('store.get', { key: 'k', default: 5 }, { teamId })).output).toBe(null)
})

test('increment starts at zero, and adds positive, negative and fractional numbers', async () => {
  const { teamId } = await newTeam()
  const by = async (params: Params) =>
    (await one('store.increment', { key: 'n', ...params }, { teamId })).output
  expect(await by({})).toBe(1)
  expect(await by({ by: 41 })).toBe(42)
  expect(await by({ by: -40 })).toBe(2)
  expect(await by({ by: 0.1 })).toBe(2.1)
  expect(await by({ by: 0.2 })).toBe(2.1 + 0.2)
  expect((await one('store.get', { key: 'n' }, { teamId })).output).toBe(2.1 + 0.2)
})

test('large numbers keep every digit', async () => {
  const scope = await newScope()
  const most = Number.MAX_SAFE_INTEGER
  expect(await storeIncrement(scope, 'n', most - 1, operation())).toBe(most - 1)
  expect(await storeIncrement(scope, 'n', 1, operation())).toBe(most)
  expect(await storeGet(scope, 'n')).toEqual({ found: true, value: most })
})

test('many concurrent increments all count', async () => {
  const { teamId } = await newTeam()
  const run = await start(
    {
      nodes: [
        {
          id: 'count',
          type: 'store.increment',
          params: { key: 'n', by: '{{ item }}' },
          each: { items: '{{ input }}', concurrency: 20 },
        },
      ],
    },
    { teamId, input: Array.from({ length: 60 }, (_, i) => i) },
  )
  expect(run.status).toBe('succeeded')
  expect(Math.max(...(run.output as number[]))).toBe((59 * 60) / 2)
})

test('a value that is not a number cannot be incremented, and does not change', async () => {
  const scope = await newScope()
  for (const value of ['5', true, null, [1], { a: 1 }]) {
    await storeSet(scope, 'k', value, { operationId: operation() })
    const run = await one('store.increment', { key: 'k' }, { teamId: scope.teamId })
    expect(run).toMatchObject({ status: 'failed', error: { code: 'store.not_a_number' } })
    expect(await storeGet(scope, 'k')).toEqual({ found: true, value })
  }
})

test('a repeated operation changes nothing and returns the same result', async () => {
  const scope = await newScope()
  const [count, set] = [operation(), operation()]
  expect(await storeIncrement(scope, 'n', 5, count)).toBe(5)
  expect(await storeIncrement(scope, 'n', 5, operation())).toBe(10)
  expect(await storeIncrement(scope, 'n', 5, count)).toBe(5)
  expect(await storeGet(scope, 'n')).toMatchObject({ value: 10 })

  await storeSet(scope, 'k', 'first', { operationId: set })
  await storeSet(scope, 'k', 'second', { operationId: operation() })
  await storeSet(scope, 'k', 'first', { operationId: set })
  expect(await storeGet(scope, 'k')).toMatchObject({ value: 'second' })
})

test('an increment that failed on a text may succeed later with the same operation', async () => {
  const scope = await newScope()
  const id = operation()
  await storeSet(scope, 'n', 'text', { operationId: operation() })
  expect(await storeIncrement(scope, 'n', 1, id)).toBe(null)
  await storeSet(scope, 'n', 7, { operationId: operation() })
  expect(await storeIncrement(scope, 'n', 1, id)).toBe(8)
})

test('an entry is gone after its expiry, also for increments', async () => {
  const scope = await newScope()
  let now = clock.now()
  const at: StoreScope = { ...scope, now: () => now }
  await storeSet(at, 'k', 5, { ttlMs: 100, operationId: operation() })
  now += 99
  expect(await storeGet(at, 'k')).toEqual({ found: true, value: 5 })
  expect(await storeIncrement(at, 'k', 1, operation())).toBe(6)
  now += 1
  expect(await storeGet(at, 'k')).toEqual({ found: false, value: null })
  expect(await storeIncrement(at, 'k', 1, operation())).toBe(1)
  now += 1_000_000
  expect(await storeGet(at, 'k')).toEqual({ found: true, value: 1 })
})

test('an expired text does not prevent an increment', async () => {
  const scope = await newScope()
  let now = clock.now()
  const at: StoreScope = { ...scope, now: () => now }
  await storeSet(at, 'k', 'text', { ttlMs: 1, operationId: operation() })
  now += 1
  expect(await storeIncrement(at, 'k', 3, operation())).toBe(3)
})

test('expired entries are purged, others stay', async () => {
  const scope = await newScope()
  const now = clock.now()
  await storeSet(scope, 'dead', 1, { ttlMs: 1, operationId: operation() })
  await storeSet(scope, 'alive', 1, { ttlMs: 3_600_000, operationId: operation() })
  await storeSet(scope, 'forever', 1, { operationId: operation() })
  await withContext((request) => purge({ ...request, now: () => now + 60_000 }))
  const { results } = await env.DB.prepare('SELECT key FROM store_entries WHERE team_id = ? ORDER BY key')
    .bind(scope.teamId)
    .all()
  expect(results).toEqual([{ key: 'alive' }, { key: 'forever' }])
})

test('a value that is too large is refused', async () => {
  const { teamId } = await newTeam()
  const params = { key: 'k', value: '{{ "ä".repeat(input) }}' }
  expect((await one('store.set', params, { teamId, input: 499_000 })).status).toBe('succeeded')
  expect(await one('store.set', params, { teamId, input: 501_000 })).toMatchObject({
    status: 'failed',
    error: { code: 'data.too_large' },
  })
})

test('a team has a maximum of entries and bytes, also with concurrent writes', async () => {
  const scope = await newScope()
  const { teamId } = scope
  const put = (key: string, value: unknown) => storeSet(scope, key, value, { operationId: operation() })
  const mega = 'x'.repeat(999_000)
  await Promise.all(Array.from({ length: 50 }, (_, n) => put(`big ${n}`, mega)))
  const more = await Promise.allSettled(['a', 'b', 'c'].map((key) => put(key, mega)))
  expect(more.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  await put('big 0', 'small')
  const again = await Promise.allSettled(['a', 'b', 'c'].map((key) => put(key, mega)))
  expect(again.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(await one('store.set', { key: 'd', value: '{{ "x".repeat(999000) }}' }, { teamId })).toMatchObject({
    status: 'failed',
    error: { code: 'store.full' },
  })
  await env.DB.prepare('DELETE FROM store_entries WHERE team_id = ?').bind(teamId).run()
  await env.DB.prepare(
    `INSERT INTO store_entries (team_id, key, value, operation_id, updated_at)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) SELECT ?, 'key ' || i, '1', 'op', 0 FROM n`,
  )
    .bind(teamId)
    .run()
  expect(await storeIncrement(scope, 'last', 1, operation())).toBe(1)
  const full = { status: 'failed', error: { code: 'store.full' } }
  expect(await one('store.increment', { key: 'one more' }, { teamId })).toMatchObject(full)
  expect(await one('store.set', { key: 'one more', value: 1 }, { teamId })).toMatchObject(full)
  expect(await storeIncrement(scope, 'last', 1, operation())).toBe(2)
})

test('a refusal of the database fails the node', async () => {
  // The team does not exist: the row is refused, now and later.
  expect(await one('store.set', { key: 'k', value: 1 })).toMatchObject({
    status: 'failed',
    error: { code: 'node.error' },
  })
})
