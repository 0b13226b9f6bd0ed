import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { call, get } from '../../helpers/api.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { put, WORKFLOWS } from './workflows.ts'

const VARIABLES = `${WORKFLOWS}/variables`

test('a variable is set, read, replaced, listed and deleted, and its value is not in the audit log', async () => {
  const person = await newPerson()
  const set = await put(`${VARIABLES}/region`, person, { value: { name: 'eu', zones: [1, 2] } })
  expect([set.status, set.body]).toMatchObject([
    200,
    { name: 'region', value: { name: 'eu', zones: [1, 2] } },
  ])
  await put(`${VARIABLES}/region`, person, { value: 'hush-hush' })
  await put(VARIABLES, person, { values: { a: 1, b: null } })
  const list = await get(VARIABLES, person)
  expect(list.body.items.map(({ name, value }: any) => [name, value])).toEqual([
    ['a', 1],
    ['b', null],
    ['region', 'hush-hush'],
  ])
  const { results } = await env.DB.prepare(
    "SELECT after FROM audit_log WHERE action = 'variable.set' AND team_id = ?",
  )
    .bind(person.teamId)
    .all()
  expect(results).toHaveLength(3)
  expect(JSON.stringify(results)).not.toContain('hush-hush')
  expect((await call('DELETE', `${VARIABLES}/region`, { as: person })).status).toBe(204)
  expect((await call('DELETE', `${VARIABLES}/region`, { as: person })).status).toBe(404)
  expect((await get(`${VARIABLES}/region`, person)).status).toBe(404)
})

test('variables of another team are not found, and a viewer sets none', async () => {
  const { owner, join } = await newTeam()
  await put(`${VARIABLES}/own`, owner, { value: 1 })
  expect((await get(`${VARIABLES}/own`, await newPerson())).status).toBe(404)
  const viewer = await join('viewer')
  expect((await get(`${VARIABLES}/own`, viewer)).body.value).toBe(1)
  expect((await put(`${VARIABLES}/own`, viewer, { value: 2 })).status).toBe(403)
})

test('all variables together stay small enough for every run', async () => {
  const person = await newPerson()
  const half = 'x'.repeat(140_000)
  expect((await put(`${VARIABLES}/a`, person, { value: half })).status).toBe(200)
  expect((await put(`${VARIABLES}/b`, person, { value: half })).status).toBe(422)
  expect((await put(`${VARIABLES}/a`, person, { value: half })).status).toBe(200)
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`v${i}`, i]))
  expect((await put(VARIABLES, person, { values: many })).status).toBe(422)
})

test.each(['1st', 'a-b', 'é'])('%s cannot name a variable', async (name) => {
  const answer = await put(`${VARIABLES}/${encodeURIComponent(name)}`, await newPerson(), { value: 1 })
  expect([answer.status, answer.body.errors[0].path]).toEqual([422, '/name'])
})

test.each(['__proto__', 'constructor', 'prototype'])('no variable can have the name %s', async (name) => {
  expect((await put(`${VARIABLES}/${name}`, await newPerson(), { value: { admin: true } })).status).toBe(422)
})

test('a variable without a value is refused', async () => {
  expect((await put(`${VARIABLES}/x`, await newPerson(), {})).status).toBe(422)
})
