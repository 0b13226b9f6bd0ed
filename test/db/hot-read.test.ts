import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { columns, firstOf, hotList, hotRead, inOne, readBoth, rowsOf } from '../../src/db/hot-read.ts'
import { call, get } from '../helpers/api.ts'
import { newPerson, newTeam } from '../helpers/people.ts'
import { recordSql } from './support/plans.ts'

type Number = { n: number }
type Pair = { id: string; size: number; note: string | null }

const QUESTION = columns<Number>({ n: 'value' })
const PAIR = columns<Pair>({ id: 'key', size: 'length(value)', note: 'NULL' })
const OF = 'FROM json_each(?1)'

const question = (...values: number[]) =>
  hotRead(QUESTION, `${OF} WHERE value > ?2`, [JSON.stringify(values), 0])
const words = JSON.stringify(['a', 'bb', 'ccc'])

test('the row of the permission query is separate from the rows of the read', async () => {
  const read = hotList(PAIR, `${OF} WHERE length(value) >= ?2 ORDER BY key DESC`, [words, 2], 5)
  const both = await readBoth(env.DB, question(7), read)
  expect(both.first).toEqual({ n: 7 })
  expect(both.rows).toEqual([
    { id: 2, size: 3, note: null },
    { id: 1, size: 2, note: null },
  ])
  expect(both.rows).toEqual(await rowsOf(env.DB, read))
  expect(await firstOf(env.DB, read)).toEqual(both.rows[0])
})

test('without a result, the permission query uses no row of the read', async () => {
  const { first, rows } = await readBoth(env.DB, question(), hotRead(PAIR, OF, [words]))
  expect(first).toBeUndefined()
  expect(rows.map(({ size }) => size)).toEqual([1, 2, 3])
})

test('positional parameters follow those of the permission query', async () => {
  const read = hotRead(QUESTION, 'FROM json_each(?) WHERE value <> ?', ['[5,6]', 6])
  expect(await readBoth(env.DB, question(1), read)).toEqual({ first: { n: 1 }, rows: [{ n: 5 }] })
})

test('the narrower of both is padded', () => {
  const wide = hotRead(PAIR, OF, [words])
  const narrow = hotRead(QUESTION, OF, ['[]'])
  expect(inOne(narrow, wide)).toMatch(
    /^SELECT 0, \*, NULL, NULL FROM .* UNION ALL SELECT 1, \* FROM .*\?2\)\)$/,
  )
  expect(inOne(wide, narrow)).toMatch(
    /^SELECT 0, \* FROM .* UNION ALL SELECT 1, \*, NULL, NULL FROM .*\?2\)\)$/,
  )
})

test('a known API key is read in one statement, and not after it is revoked', async () => {
  const { owner } = await newTeam(await newPerson())
  const made = await call('POST', '/api/v1/auth/api-keys', {
    as: owner,
    body: { name: 'reads', scopes: ['teams:read'] },
  })
  expect(made.status).toBe(201)
  const path = `/api/v1/teams/${owner.teamId}`
  const key = { headers: { 'x-api-key': made.body.key } }
  const asked = async () =>
    (await recordSql(async () => void (await call('GET', path, key)))).filter(({ sql }) =>
      /api_keys k|team_members m JOIN/.test(sql),
    ).length
  expect([await asked(), await asked()]).toEqual([2, 1])
  expect((await call('GET', path, key)).body.id).toBe(owner.teamId)
  // Nothing of another team can be read, whoever owns it.
  const other = await newTeam(await newPerson())
  expect((await call('GET', `/api/v1/teams/${other.owner.teamId}`, key)).status).toBe(404)
  expect((await call('DELETE', `/api/v1/auth/api-keys/${made.body.id}`, { as: owner })).status).toBe(204)
  expect((await call('GET', path, key)).status).toBe(401)
  expect((await get(path, owner)).status).toBe(200)
})
