// The audit log outlives accounts, so it must not contain personal data.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { sha256Hex } from '../../../src/core/crypto.ts'
import { newId } from '../../../src/core/ids.ts'
import { call, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'

const PASSWORD = 'Blue-Comet-42'

test('no audit entry contains a name or an email address', async () => {
  const mark = newId('tsk', clock.now()).slice(-12)
  const [email, next, byAdmin, made] = ['a', 'b', 'c', 'd'].map((one) => `${one}-${mark}@example.com`)
  const name = `Name ${mark}`
  const { body } = await post('/api/v1/auth/register', undefined, { email, password: PASSWORD, name })
  const as = { token: body.accessToken as string }
  const patch = (change: unknown) => call('PATCH', '/api/v1/users/profile', { as, body: change })
  expect((await patch({ name: `${name} II` })).status).toBe(200)
  expect((await patch({ email: next, currentPassword: PASSWORD })).status).toBe(200)
  const admin = await newPerson({ platformRole: 'admin' })
  const path = '/api/v1/admin/users'
  const change = { email: byAdmin, name: `${name} III` }
  expect((await call('PATCH', `${path}/${body.user.id}`, { as: admin, body: change })).status).toBe(200)
  expect((await post(path, admin, { email: made, name })).status).toBe(201)
  const { teamId, owner } = await newTeam()
  const invited = await post(`/api/v1/teams/${teamId}/invitations`, owner, {
    email: `e-${mark}@example.com`,
    role: 'member',
  })
  expect(invited.status).toBe(201)
  const invitation = `/api/v1/teams/${teamId}/invitations/${invited.body.id}`
  expect((await post(`${invitation}/resend`, owner, undefined)).status).toBe(200)
  expect((await call('DELETE', invitation, { as: owner })).status).toBe(204)
  const { results } = await env.DB.prepare(
    'SELECT action, before, after FROM audit_log WHERE instr(COALESCE(before, ?1) || COALESCE(after, ?1), ?2) > 0',
  )
    .bind('', mark)
    .all()
  expect(results).toEqual([])
  const registered = await env.DB.prepare(
    "SELECT after FROM audit_log WHERE target_id = ? AND action = 'user.registered'",
  )
    .bind(body.user.id)
    .first<{ after: string }>()
  expect(JSON.parse(registered?.after ?? '')).toEqual({ emailSha256: await sha256Hex(email ?? '') })
})
