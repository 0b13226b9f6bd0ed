import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { notifyPort } from '../../durable-objects/run-host/ports/notify.ts'
import { DAY_MS } from '../../src/core/clock.ts'
import { newId } from '../../src/core/ids.ts'
import { clock } from '../helpers/clock.ts'
import { mailTo } from '../helpers/jobs.ts'
import { newPerson, newTeam, type Person } from '../helpers/people.ts'
import { errorOf, one } from './one.ts'

const newAddress = () => `${newId('usr', clock.now())}@example.com`

const mail = (...to: string[]) => ({ to, subject: 'a', text: 'a' })

const notifyFor = (teamId: string, startedBy: string | null = null, now = clock.now) =>
  notifyPort({ env, teamId, startedBy, requestId: 'req_test', now, runId: 'run_test', workflow: null })

const newKey = () => newId('run', clock.now())

const unverify = ({ userId }: Person) =>
  env.DB.prepare('UPDATE users SET email_verified_at = NULL WHERE id = ?').bind(userId).run()

const waitingMails = async (address: string): Promise<number> =>
  (
    await env.DB.prepare("SELECT count(*) AS n FROM outbox WHERE json_extract(body, '$.to') = ?")
      .bind(address)
      .first<{ n: number }>()
  )?.n ?? 0

/** How many of these were accepted. */
async function sendAll(sends: Promise<void>[]): Promise<number> {
  return (await Promise.allSettled(sends)).filter(({ status }) => status === 'fulfilled').length
}

test('each recipient gets a separate mail, once', async () => {
  const { teamId } = await newPerson()
  const [ada, bob] = [newAddress(), newAddress()]
  const run = await one(
    'notify.email',
    {
      to: [ada, bob, ada],
      subject: 'Order {{ input }}',
      text: 'It is {{ input }}.',
      html: '<b>{{ input }}</b>',
    },
    { input: 7, teamId },
  )
  expect(run).toMatchObject({ status: 'succeeded', output: { to: [ada, bob], subject: 'Order 7' } })
  for (const address of [ada, bob])
    expect(await mailTo(address)).toMatchObject([
      {
        subject: 'Order 7',
        text: expect.stringMatching(/^It is 7\.\n\n-- \nSent by a workflow of the team "/),
      },
    ])
})

test('a second attempt with the same key sends nothing twice', async () => {
  const to = newAddress()
  const notify = notifyFor((await newPerson()).teamId)
  const key = newKey()
  await notify.email(mail(to), key)
  await notify.email(mail(to), key)
  expect(await mailTo(to)).toHaveLength(1)
  await notify.email(mail(to), key)
  expect(await mailTo(to)).toHaveLength(1)
})

test('of many concurrent mails a team sends exactly as many as its plan allows a day', async () => {
  const { teamId, email } = await newPerson({ plan: 'free' })
  const notify = notifyFor(teamId)
  expect(await sendAll(Array.from({ length: 60 }, () => notify.email(mail(email), newKey())))).toBe(50)
  await expect(notify.email(mail(email), newKey())).rejects.toMatchObject({
    error: { code: 'plan.limit_reached', message: expect.stringContaining('50 mails per day') },
  })
  const tomorrow = notifyFor(teamId, null, () => clock.now() + DAY_MS)
  await tomorrow.email(mail(email), newKey())
})

test('a mail to more recipients than are left is sent to none, and a repeated attempt counts once', async () => {
  const team = await newTeam(await newPerson({ plan: 'free' }))
  await env.DB.prepare("UPDATE teams SET plan = 'free' WHERE id = ?").bind(team.teamId).run()
  const [ada, bob] = [await team.join('member'), await team.join('member')]
  const notify = notifyFor(team.teamId)
  const key = newKey()
  for (let i = 0; i < 3; i++) await notify.email(mail(team.owner.email), key)
  expect(await sendAll(Array.from({ length: 48 }, () => notify.email(mail(ada.email), newKey())))).toBe(48)
  await expect(notify.email(mail(ada.email, bob.email), newKey())).rejects.toMatchObject({
    error: { code: 'plan.limit_reached', message: expect.stringContaining('49 were sent today') },
  })
  expect(await waitingMails(bob.email)).toBe(0)
  await notify.email(mail(bob.email), newKey())
  await notify.email(mail(team.owner.email), key)
})

test('other plans send more, and each team has its own count', async () => {
  const { teamId, email } = await newPerson({ plan: 'premium' })
  const to = Array.from({ length: 50 }, newAddress)
  await notifyFor(teamId).email(mail(...to), newKey())
  await notifyFor(teamId).email(mail(email), newKey())
})

test('the person for whom a run sends needs a verified address', async () => {
  const team = await newTeam()
  const starter = await team.join('member')
  const to = newAddress()
  await unverify(starter)
  const params = mail(to)
  const refused = await errorOf('notify.email', params, { teamId: team.teamId, startedBy: starter.userId })
  expect(refused).toMatchObject({
    code: 'auth.email_not_verified',
    message: expect.stringContaining('started the run'),
  })
  expect(await one('notify.email', params, { teamId: team.teamId })).toMatchObject({ status: 'succeeded' })
  await unverify(team.owner)
  for (const startedBy of [null, 'usr_who_is_gone'])
    expect(await errorOf('notify.email', params, { teamId: team.teamId, startedBy })).toMatchObject({
      code: 'auth.email_not_verified',
      message: expect.stringContaining("team's owner"),
    })
  expect(await waitingMails(to)).toBeLessThanOrEqual(1)
})

test('on the plan free mail goes to members and verified addresses only', async () => {
  const { teamId, userId, email } = await newPerson({ plan: 'free' })
  const [verified, unverified] = [await newPerson(), await newPerson()]
  await unverify(unverified)
  const notify = notifyFor(teamId, userId)
  await notify.email(mail(email, verified.email.toUpperCase()), newKey())
  const stranger = newAddress()
  for (const address of [stranger, unverified.email])
    await expect(notify.email(mail(email, address), newKey())).rejects.toMatchObject({
      error: { code: 'mail.recipient_not_allowed', message: expect.stringContaining(address) },
    })
  await env.DB.prepare(
    "INSERT INTO team_members (team_id, user_id, role, created_at) VALUES (?, ?, 'viewer', 0)",
  )
    .bind(teamId, unverified.userId)
    .run()
  await notify.email(mail(unverified.email), newKey())
  expect(await waitingMails(stranger)).toBe(0)
})

test.each([
  ['to', { to: 'nobody' }],
  ['to', { to: [] }],
  ['to', { to: '{{ Array.from({ length: 51 }, (_, i) => i + "@example.com") }}' }],
  ['subject', { subject: 'a\r\nBcc: eve@example.com' }],
  ['subject', { subject: '' }],
  ['text', { text: '{{ "x".repeat(100001) }}' }],
])('a mail whose %s is wrong is refused', async (name, wrong) => {
  const params = { to: 'ada@example.com', subject: 'a', text: 'a', ...wrong }
  expect(await errorOf('notify.email', params)).toMatchObject({
    code: 'params.invalid',
    message: expect.stringMatching(new RegExp(`^${name}`)),
  })
})
