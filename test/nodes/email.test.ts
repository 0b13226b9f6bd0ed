import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { notifyPort } from '../../durable-objects/workflow-run/ports/notify.ts'
import { newId } from '../../src/core/ids.ts'
import { clock } from '../helpers/clock.ts'
import { mailTo } from '../helpers/jobs.ts'
import { errorOf, one } from './one.ts'

const newAddress = () => `${newId('usr', clock.now())}@example.com`

test('each recipient gets a mail of their own, once', async () => {
  const [ada, bob] = [newAddress(), newAddress()]
  const run = await one(
    'notify.email',
    {
      to: [ada, bob, ada],
      subject: 'Order {{ input }}',
      text: 'It is {{ input }}.',
      html: '<b>{{ input }}</b>',
    },
    { input: 7 },
  )
  expect(run).toMatchObject({ status: 'succeeded', output: { to: [ada, bob], subject: 'Order 7' } })
  for (const address of [ada, bob])
    expect(await mailTo(address)).toMatchObject([{ subject: 'Order 7', text: 'It is 7.' }])
})

test('a second attempt with the same key sends nothing twice', async () => {
  const to = newAddress()
  const notify = notifyPort(env, 'req_test', clock.now)
  const key = newId('run', clock.now())
  await notify.email({ to: [to], subject: 'a', text: 'a' }, key)
  await notify.email({ to: [to], subject: 'a', text: 'a' }, key)
  expect(await mailTo(to)).toHaveLength(1)
  await notify.email({ to: [to], subject: 'a', text: 'a' }, key)
  expect(await mailTo(to)).toHaveLength(1)
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
