// Mails of notifications: the button of mail programs, the daily limit, and crashes.
import { env } from 'cloudflare:workers'
import { afterEach, expect, test } from 'vitest'
import { DAY_MS, dayOf } from '../../../src/core/clock.ts'
import { newId } from '../../../src/core/ids.ts'
import { runOutboxRow } from '../../../src/jobs/index.ts'
import { LEASE_MS } from '../../../src/queue/outbox.ts'
import { call } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { mailTo, runCronTasks, withContext } from '../../helpers/jobs.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { resetSettings, setSettings } from '../admin/settings.ts'
import { notifyPeople } from './support.ts'

afterEach(resetSettings)

type Sent = { to: string; subject: string; headers?: Record<string, string> }

const putMail = async (body: object): Promise<string> => {
  const id = newId('msg', clock.now())
  await env.DB.prepare(
    "INSERT INTO outbox (id, type, body, request_id, next_at, created_at) VALUES (?, 'mail.send', ?, 'req', ?, ?)",
  )
    // From here on, only this test processes it.
    .bind(
      id,
      JSON.stringify({ type: 'mail.send', subject: 'Hi', text: 'Hi', ...body }),
      clock.now() + DAY_MS,
      clock.now(),
    )
    .run()
  return id
}

const work = (id: string, bindings: object) =>
  withContext((request) => runOutboxRow({ ...request, env: { ...request.env, ...bindings } as never }, id))

/** Crashes when it writes that the work is done. */
const diesBeforeDone = {
  ...env.DB,
  batch: env.DB.batch.bind(env.DB),
  prepare: (sql: string) => {
    if (sql.includes("SET status = 'done'")) throw new Error('killed')
    return env.DB.prepare(sql)
  },
}

test('a crash between sending a mail and recording it sends no second mail', async () => {
  const sent: Sent[] = []
  const EMAIL = { send: async (mail: Sent) => void sent.push(mail) }
  const id = await putMail({ to: 'ada@example.com' })
  await expect(work(id, { EMAIL, DB: diesBeforeDone })).rejects.toThrow('killed')
  expect(sent).toHaveLength(1)
  clock.advance(LEASE_MS + 1)
  await work(id, { EMAIL })
  await work(id, { EMAIL })
  expect(sent).toHaveLength(1)
  expect(await env.DB.prepare('SELECT status FROM outbox WHERE id = ?').bind(id).first()).toEqual({
    status: 'done',
  })
})

test('a mail that the provider refused is retried', async () => {
  let tries = 0
  const EMAIL = {
    send: async () => {
      tries++
      if (tries === 1) throw new Error('busy')
    },
  }
  const id = await putMail({ to: 'ada@example.com' })
  await work(id, { EMAIL })
  clock.advance(LEASE_MS)
  await work(id, { EMAIL })
  expect(tries).toBe(2)
})

test('mails contain a link to unsubscribe, and one click in a mail program does it', async () => {
  const sent: Sent[] = []
  const EMAIL = { send: async (mail: Sent) => void sent.push(mail) }
  const person = await newPerson()
  await notifyPeople({ to: { userIds: [person.userId] }, teamId: person.teamId })
  const row = await env.DB.prepare("SELECT id FROM outbox WHERE json_extract(body, '$.to') = ?")
    .bind(person.email)
    .first<{ id: string }>()
  await work(row?.id ?? '', { EMAIL })
  const { headers = {} } = sent[0] ?? {}
  expect(headers['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click')
  const url = /^<(.*)>$/.exec(headers['List-Unsubscribe'] ?? '')?.[1] ?? ''
  const click = await call('POST', new URL(url).pathname, {
    raw: 'List-Unsubscribe=One-Click',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  expect(click.status).toBe(200)
  await notifyPeople({ to: { userIds: [person.userId] }, teamId: person.teamId, title: 'Again' })
  expect((await mailTo(person.email)).map(({ subject }) => subject)).not.toContain('Again')
})

const used = async (teamId: string): Promise<number> =>
  (
    await env.DB.prepare(
      "SELECT value FROM usage_counters WHERE team_id = ? AND metric = 'mails' AND period = ?",
    )
      .bind(teamId, dayOf(clock.now()))
      .first<{ value: number }>()
  )?.value ?? 0

test('mails count against the limit of the team, and the rest is sent the next day', async () => {
  await setSettings({ limits: { free: { mailsPerDay: 1 } } })
  const person = await newPerson({ plan: 'free' })
  const notice = { to: { userIds: [person.userId] }, teamId: person.teamId }
  await notifyPeople({ ...notice, title: 'One' })
  await notifyPeople({ ...notice, title: 'Two' })
  await notifyPeople({ ...notice, title: 'Three' })
  expect((await mailTo(person.email)).map(({ subject }) => subject)).toEqual(['One'])
  expect(await used(person.teamId)).toBe(1)
  await runCronTasks('mail notifications')
  expect(await mailTo(person.email)).toHaveLength(1)
  // Mails that a user must get are not held back, and do not count.
  await notifyPeople({ ...notice, teamId: null, kind: 'security.notice', title: 'Urgent' })
  expect((await mailTo(person.email))[0]?.subject).toBe('Urgent')
  expect(await used(person.teamId)).toBe(1)
  clock.advance(DAY_MS)
  await runCronTasks('mail notifications')
  expect((await mailTo(person.email))[0]?.subject).toBe('2 notifications')
  expect(await used(person.teamId)).toBe(1)
})

test('a team with a used-up limit delays no mails about another, and former members get none', async () => {
  await setSettings({ limits: { team: { mailsPerDay: 1 } } })
  const theirs = await newTeam()
  const person = await theirs.join('viewer')
  const mine = await newTeam(person)
  const about = (teamId: string, title: string, userId = person.userId) =>
    notifyPeople({ to: { userIds: [userId] }, teamId, title })
  const subjects = async () => (await mailTo(person.email)).map(({ subject }) => subject)
  // Both teams send as many as they may, and the rest waits for the next day.
  for (const title of ['Theirs', 'Theirs later']) await about(theirs.teamId, title)
  clock.advance(1)
  for (const title of ['Mine', 'Mine later']) await about(mine.teamId, title)
  expect(await subjects()).toEqual(['Mine', 'Theirs'])
  clock.advance(DAY_MS)
  await about(theirs.teamId, 'To the owner', theirs.owner.userId)
  await runCronTasks('mail notifications')
  expect(await subjects()).toEqual(['Mine later', 'Mine', 'Theirs'])
  await env.DB.prepare('DELETE FROM team_members WHERE team_id = ? AND user_id = ?')
    .bind(theirs.teamId, person.userId)
    .run()
  clock.advance(DAY_MS)
  await runCronTasks('mail notifications')
  expect(await subjects()).not.toContain('Theirs later')
})
