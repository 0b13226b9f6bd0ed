// Which accounts can be created, by password and by provider, for each value of REGISTRATION.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import type { RequestContext } from '../../../../src/context.ts'
import { signInWithIdentity } from '../../../../src/modules/auth/oauth/sign-in.ts'
import { register } from '../../../../src/modules/auth/sign-in/register.ts'
import { call, post } from '../../../helpers/api.ts'
import { withContext } from '../../../helpers/jobs.ts'
import { newTeam } from '../../../helpers/people.ts'
import { freshEmail, PASSWORD, registered } from '../accounts.ts'

type Mode = RequestContext['settings']['REGISTRATION']

const under = <T>(REGISTRATION: Mode, work: (request: RequestContext) => Promise<T>): Promise<T> =>
  withContext((request) => work({ ...request, settings: { ...request.settings, REGISTRATION } }))

const byPassword = (mode: Mode, email: string) =>
  under(mode, (request) => register(request, { email, password: PASSWORD }))

const byProvider = (mode: Mode, email: string) =>
  under(mode, (request) => {
    const identity = { provider: 'oidc', subject: email, email, emailVerified: true, name: null }
    return signInWithIdentity(request, identity, { mfaCode: undefined, consume: () => Promise.resolve() })
  })

const WAYS: [string, (mode: Mode, email: string) => ReturnType<typeof byPassword>][] = [
  ['by password', byPassword],
  ['by a provider', byProvider],
]

async function invited(): Promise<{ email: string; revoke: () => Promise<unknown>; id: string }> {
  const { owner, teamId } = await newTeam()
  const email = freshEmail()
  const { id } = (await post(`/api/v1/teams/${teamId}/invitations`, owner, { email })).body
  return {
    email,
    id,
    revoke: () => call('DELETE', `/api/v1/teams/${teamId}/invitations/${id}`, { as: owner }),
  }
}

const CLOSED = { code: 'registration.closed', status: 403 }

const exists = (email: string) => env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(email).first()

test.each(WAYS)(
  'with closed registration nobody gets an account %s, not even with an invitation',
  async (_way, make) => {
    const { email } = await invited()
    for (const one of [email, freshEmail()]) {
      await expect(make('closed', one)).rejects.toMatchObject(CLOSED)
      expect(await exists(one)).toBeNull()
    }
  },
)

test.each(WAYS)(
  'with registration by invitation an account is created %s for an invited address only',
  async (_way, make) => {
    const { email } = await invited()
    const other = freshEmail()
    await expect(make('invite', other)).rejects.toMatchObject(CLOSED)
    expect(await exists(other)).toBeNull()
    expect((await make('invite', email)).user.email).toBe(email)
  },
)

test.each(WAYS)('a revoked, expired or used invitation allows no registration %s', async (_way, make) => {
  const revoked = await invited()
  await revoked.revoke()
  const expired = await invited()
  await env.DB.prepare('UPDATE team_invitations SET expires_at = 1 WHERE id = ?').bind(expired.id).run()
  const used = await invited()
  await env.DB.prepare('UPDATE team_invitations SET accepted_at = 1 WHERE id = ?').bind(used.id).run()
  for (const { email } of [revoked, expired, used])
    await expect(make('invite', email)).rejects.toMatchObject(CLOSED)
})

test('existing accounts sign in with a provider regardless of REGISTRATION', async () => {
  const { email, userId } = await registered()
  await env.DB.prepare('UPDATE users SET email_verified_at = 1 WHERE id = ?').bind(userId).run()
  expect((await byProvider('closed', email)).user.id).toBe(userId)
  expect((await byProvider('closed', email)).user.id).toBe(userId)
})

test('closed registration does not reveal which addresses have an account', async () => {
  const { email } = await registered()
  for (const mode of ['closed', 'invite'] as const)
    await expect(byPassword(mode, email)).rejects.toMatchObject(CLOSED)
})
