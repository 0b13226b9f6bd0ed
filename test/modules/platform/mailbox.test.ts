// Stored mail can reset passwords: who may see it, and how it is listed.
import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import { readSettings } from '../../../src/env.ts'
import { sendMail } from '../../../src/modules/mail/send.ts'
import { app, get } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { withContext } from '../../helpers/jobs.ts'
import { newPerson } from '../../helpers/people.ts'

const settings = readSettings(env)
const token = settings.MAILBOX_TOKEN as string

const keep = (to: string, subject: string) =>
  withContext((request) =>
    sendMail(request, { type: 'mail.send', to, subject, text: 'text' }, newId('msg', clock.now())),
  )

const ask = async (url: string, environment: string): Promise<number> =>
  (
    await app.fetch(
      new Request(url),
      { ...env, ENVIRONMENT: environment, PASSWORD_HASH_KIB: undefined },
      createExecutionContext(),
    )
  ).status

test('stored mail is shown to an administrator and to holders of the token, and to nobody else', async () => {
  const person = await newPerson()
  const admin = await newPerson({ platformRole: 'admin' })
  await keep(person.email, 'Reset your password')
  const path = `/dev/mailbox?to=${person.email}`
  expect((await get(path)).status).toBe(401)
  expect((await get(path, person)).status).toBe(403)
  expect((await get(`${path}&token=${'x'.repeat(token.length)}`)).status).toBe(401)
  expect((await get(`${path}&token=`)).status).toBe(401)
  for (const answer of [
    await get(path, admin),
    await get(path, { token }),
    await get(`${path}&token=${token}`),
  ])
    expect(answer.body.items).toMatchObject([{ to: person.email, subject: 'Reset your password' }])
})

test('without an address all mail is listed, page by page, the newest first', async () => {
  const [ada, bob] = [await newPerson(), await newPerson()]
  for (const [person, subject] of [
    [ada, 'first'],
    [bob, 'second'],
    [ada, 'third'],
  ] as const)
    await keep(person.email, subject)
  const first = await get('/dev/mailbox?limit=2', { token })
  expect(first.body.items.map((mail: { subject: string }) => mail.subject)).toEqual(['third', 'second'])
  const next = await get(`/dev/mailbox?limit=1&count=true&cursor=${first.body.nextCursor}`, { token })
  expect(next.body.items).toMatchObject([{ to: ada.email, subject: 'first' }])
  expect(next.body.total).toBeGreaterThanOrEqual(3)
  expect((await get(`/dev/mailbox?to=${bob.email}`, { token })).body.items).toHaveLength(1)
})

test('the mailbox exists in development only, and only under the names of this server', async () => {
  const path = `/dev/mailbox?token=${token}`
  expect(await ask(`http://orrery.test${path}`, 'development')).toBe(200)
  expect(await ask(`http://localhost${path}`, 'development')).toBe(200)
  expect(await ask(`http://orrery.test${path}`, 'production')).toBe(404)
  for (const host of [
    'evil.test',
    'evilorrery.test',
    'orrery.test.evil.test',
    'localhost.evil.test',
    '127.0.0.2',
  ])
    expect([host, await ask(`http://${host}${path}`, 'development')]).toEqual([host, 404])
})
