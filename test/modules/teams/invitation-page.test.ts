// From the mail of an invitation to the team, through the page, with and without an account.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { register } from '../../../src/modules/auth/sign-in/register.ts'
import { getInvitationOffer } from '../../../src/modules/teams/service/invitation-offer.ts'
import { call, get, post } from '../../helpers/api.ts'
import { mailTo, withContext } from '../../helpers/jobs.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { freshEmail, PASSWORD, registered } from '../auth/accounts.ts'

const LOOKUP = '/api/v1/teams/invitations/lookup'
const REGISTER = '/api/v1/auth/register'

const lookUp = (token: string) => post(LOOKUP, undefined, { token })

async function invited(email = freshEmail(), role = 'member') {
  const { owner, teamId } = await newTeam()
  const { id } = (await post(`/api/v1/teams/${teamId}/invitations`, owner, { email, role })).body
  const [mail] = await mailTo(email)
  const link = new URL(/http:\/\/\S+\/account\S+/.exec(mail?.text ?? '')?.[0] ?? '')
  const token = new URLSearchParams(link.hash.slice(1)).get('token') ?? ''
  const accept = (as: object) => call('POST', `/api/v1/teams/invitations/${token}/accept`, { as })
  return { owner, teamId, id, email, link, token, accept }
}

const rowOf = (id: string) =>
  env.DB.prepare('SELECT * FROM team_invitations WHERE id = ?')
    .bind(id)
    .first<{ accepted_at: number | null }>()

const setRow = (id: string, set: string) =>
  env.DB.prepare(`UPDATE team_invitations SET ${set} WHERE id = ?`).bind(id).run()

test('the link of the mail, and everything that a mail scanner may open, accepts nothing', async () => {
  const { id, link, token } = await invited()
  const before = await rowOf(id)
  const page = await get(link.pathname)
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8'])
  expect(page.text).not.toContain(token)
  expect((await lookUp(token)).status).toBe(200)
  for (const method of ['GET', 'POST']) {
    const asked = await call(method, `/api/v1/teams/invitations/${token}/accept`)
    expect(asked.status).toBeGreaterThanOrEqual(400)
  }
  expect(await rowOf(id)).toEqual(before)
})

test('the offer shows the inviter, the team and the role, and whether the address has an account', async () => {
  const stranger = await invited(freshEmail(), 'viewer')
  const offer = await lookUp(stranger.token)
  expect(offer.body).toEqual({
    teamName: 'Test team',
    invitedBy: stranger.owner.email,
    email: stranger.email,
    role: 'viewer',
    expiresAt: expect.any(String),
    hasAccount: false,
    mayRegister: true,
  })
  const known = await invited((await newPerson()).email)
  expect((await lookUp(known.token)).body).toMatchObject({ hasAccount: true, mayRegister: false })
})

test('with closed registration, the offer makes no promise', async () => {
  const { token } = await invited()
  const under = (REGISTRATION: 'invite' | 'closed') =>
    withContext((request) =>
      getInvitationOffer({ ...request, settings: { ...request.settings, REGISTRATION } }, token),
    )
  expect((await under('invite')).mayRegister).toBe(true)
  expect((await under('closed')).mayRegister).toBe(false)
})

test('a used, revoked, expired or invented invitation shows nothing, without a difference', async () => {
  const [used, revoked, expired] = [await invited(), await invited(), await invited()]
  await setRow(used.id, 'accepted_at = 1')
  await setRow(revoked.id, 'revoked_at = 1')
  await setRow(expired.id, 'expires_at = 1')
  const bodies = []
  for (const token of [used.token, revoked.token, expired.token, 'A'.repeat(43)]) {
    const answer = await lookUp(token)
    expect([answer.status, answer.body.code]).toEqual([404, 'invitation.invalid'])
    bodies.push(JSON.stringify({ ...answer.body, requestId: '' }))
  }
  expect(new Set(bodies).size).toBe(1)
})

test('someone without an account registers with the invitation, which verifies the address, and joins', async () => {
  const { email, token, teamId, accept } = await invited()
  const made = await post(REGISTER, undefined, { email, password: PASSWORD, name: 'Ada', invitation: token })
  expect([made.status, made.body.user.emailVerified]).toEqual([201, true])
  const joined = await accept({ token: made.body.accessToken })
  expect([joined.status, joined.body.id, joined.body.role]).toEqual([200, teamId, 'member'])
  expect((await mailTo(email)).map((mail) => mail.subject)).toEqual(['Invitation to the team Test team'])
  const entry = await env.DB.prepare(
    "SELECT after FROM audit_log WHERE action = 'user.registered' AND target_id = ?",
  )
    .bind(made.body.user.id)
    .first<{ after: string }>()
  expect(JSON.parse(entry?.after ?? '')).toMatchObject({ verifiedBy: 'invitation' })
})

test('an invitation verifies its own address only, and nothing once it is used', async () => {
  const { token, id, email } = await invited()
  const other = freshEmail()
  const foreign = await post(REGISTER, undefined, { email: other, password: PASSWORD, invitation: token })
  expect([foreign.status, foreign.body.code]).toEqual([404, 'invitation.invalid'])
  await setRow(id, 'revoked_at = 1')
  const late = await post(REGISTER, undefined, { email, password: PASSWORD, invitation: token })
  expect([late.status, late.body.code]).toEqual([404, 'invitation.invalid'])
  const { results } = await env.DB.prepare('SELECT id FROM users WHERE email IN (?, ?)')
    .bind(other, email)
    .all()
  expect(results).toEqual([])
})

test('an account that another person created for the address is not verified by the invitation', async () => {
  const lurker = await registered()
  const { token, accept } = await invited(lurker.email)
  const again = await post(REGISTER, undefined, {
    email: lurker.email,
    password: PASSWORD,
    invitation: token,
  })
  expect(again.status).toBe(409)
  expect((await accept(lurker)).body.code).toBe('auth.email_not_verified')
})

test('with registration by invitation, its token allows to register', async () => {
  const { email, token } = await invited()
  const made = await withContext((request) =>
    register(
      { ...request, settings: { ...request.settings, REGISTRATION: 'invite' } },
      { email, password: PASSWORD, invitation: token },
    ),
  )
  expect(made.user).toMatchObject({ email, emailVerified: true })
})
