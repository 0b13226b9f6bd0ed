import { expect, test } from 'vitest'
import { call, get } from '../../helpers/api.ts'
import { newPerson } from '../../helpers/people.ts'
import { auditOf, daysOf, postCost, postUsage, USAGE } from './rows.ts'

test('usage is recorded, corrected, added to and deleted', async () => {
  const person = await newPerson()
  const made = await postUsage(person, { hours: 1.5, quantity: 1000, unit: 'tokens' })
  expect([made.status, made.body.hours, made.body.quantity]).toEqual([201, 1.5, 1000])
  const added = await postUsage(person, { hours: 0.000001, quantity: 0.5, unit: 'tokens', mode: 'add' })
  expect(added.body).toMatchObject({ hours: 1.500001, quantity: 1000.5 })
  const set = await postUsage(person, { hours: 2 })
  expect(set.body).toMatchObject({ hours: 2, quantity: null, unit: null, version: 3 })
  await postCost(person, { gpuType: 'H100' })
  const { kept, computed } = await daysOf(person.teamId)
  expect(kept).toEqual(computed)
  expect((await call('DELETE', `${USAGE}/${made.body.id}`, { as: person })).status).toBe(204)
  // A day and its month.
  expect((await daysOf(person.teamId)).kept).toHaveLength(2)
  expect((await auditOf(made.body.id)).map(({ action, before }) => [action, before?.hours])).toEqual([
    ['usage.created', undefined],
    ['usage.corrected', 1.5],
    ['usage.corrected', 1.500001],
    ['usage.deleted', 2],
  ])
})

test('a quantity of another unit is not added', async () => {
  const person = await newPerson()
  await postUsage(person, { quantity: 1, unit: 'tokens' })
  expect((await postUsage(person, { quantity: 1, unit: 'GB', mode: 'add' })).status).toBe(409)
})

test.each([
  ['negative hours', { hours: -1 }],
  ['1e308 hours', { hours: 1e308 }],
  ['seven decimals', { hours: 0.0000001 }],
  ['a quantity without a unit', { quantity: 1 }],
  ['a negative quantity', { quantity: -1, unit: 'GB' }],
  ['30 February', { date: '2026-02-30' }],
])('usage with %s is refused', async (_what, body) => {
  expect((await postUsage(await newPerson(), body)).status).toBe(422)
})

test('lists sort by date and hours', async () => {
  const person = await newPerson()
  await postUsage(person, { hours: 2, resource: 'a' })
  await postUsage(person, { hours: 3, resource: 'b', date: '2026-01-30' })
  const names = async (sort: string) =>
    (await get(`${USAGE}?sort=${sort}&count=true`, person)).body.items
      .map((one: { resource: string }) => one.resource)
      .join('')
  expect([await names('-date'), await names('-hours'), await names('hours')]).toEqual(['ab', 'ba', 'ab'])
})
