// Requests of older clients with the old paths.
import { expect, test } from 'vitest'
import { call, get } from '../../helpers/api.ts'
import { newPerson } from '../../helpers/people.ts'

test('users are listed and changed at the old path, by the same handlers and rules', async () => {
  const admin = await newPerson({ platformRole: 'admin' })
  const person = await newPerson()
  const old = `/api/v1/users/admin/users`
  const found = await get(`${old}?q=${person.email}`, admin)
  expect(found.body.items).toMatchObject([{ id: person.userId, role: 'user' }])
  expect((await get(old, person)).status).toBe(403)
  const put = (what: string, body: object) =>
    call('PUT', `${old}/${person.userId}/${what}`, { as: admin, body })
  expect((await put('role', { role: 'premium' })).body).toMatchObject({ role: 'premium' })
  expect((await put('status', { status: 'disabled' })).body).toMatchObject({ status: 'disabled' })
  const own = await call('PUT', `${old}/${admin.userId}/role`, { as: admin, body: { role: 'user' } })
  expect([own.status, own.body.code]).toEqual([409, 'admin.own_account'])
})

test('/redoc leads to /docs', async () => {
  const answer = await get('/redoc')
  expect([answer.status, answer.headers.get('location')]).toEqual([308, '/docs'])
})
