import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { sha256Hex } from '../../../src/core/crypto.ts'
import { deliverDecision } from '../../../src/modules/approvals/service/decide.ts'
import { remindApprovals } from '../../../src/modules/approvals/service/remind.ts'
import { app, call, get } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { mailTo, runJobs, withContext } from '../../helpers/jobs.ts'
import type { Person } from '../../helpers/people.ts'
import { runOf } from '../../helpers/runs.ts'
import { asked, decide, office, openLinks, outcome, settledAs } from './asked.ts'

const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' }
const HOUR = 3_600_000
const coded = (answer: { status: number; body: any }) => [answer.status, answer.body.code]

const remind = () => withContext(remindApprovals)

async function linkTo(person: Person): Promise<string> {
  const [mail] = await mailTo(person.email)
  const [link] = /http:\/\/orrery\.test\/approve\/\S+/.exec(mail?.text ?? '') ?? []
  if (link === undefined) throw new Error(`No link was mailed to ${person.email}`)
  return new URL(link).pathname
}

async function linked(params: Record<string, unknown> = {}) {
  const people = await office()
  const approval = await asked(people.owner, { assignees: [people.ann.userId, people.bob.email], ...params })
  await remind()
  return { ...people, approval, link: await linkTo(people.ann) }
}

const send = (link: string, body: unknown) => call('POST', link, { body })

test('the assignees get a mail, once, and nobody else', async () => {
  const { owner, ann, bob, viewer, approval } = await linked()
  await remind()
  await Promise.all([remind(), remind()])
  expect(await mailTo(ann.email)).toHaveLength(1)
  expect((await mailTo(bob.email))[0]?.subject).toBe('Approval needed: Pay it?')
  expect(await mailTo(owner.email)).toEqual([])
  expect(await mailTo(viewer.email)).toEqual([])
  expect(await openLinks(approval.id)).toBe(2)
})

test('without assignees, everyone who may decide gets a mail, except the person who started it', async () => {
  const { owner, ann, bob, viewer } = await office()
  const approval = await asked(owner)
  await remind()
  await remind()
  for (const person of [ann, bob]) expect(await mailTo(person.email)).toHaveLength(1)
  for (const person of [owner, viewer]) expect(await mailTo(person.email)).toEqual([])
  expect(await openLinks(approval.id)).toBe(2)
  expect((await send(await linkTo(bob), { decision: 'approve' })).body.status).toBe('approved')
})

test('an approval that ends within the day gets a reminder after half of its time', async () => {
  // The run uses the real clock, the reminders that of the app, which other tests have moved.
  const { ann } = await linked({ timeoutMs: 8 * HOUR + clock.now() - Date.now() })
  clock.advance(3.9 * HOUR)
  await remind()
  expect(await mailTo(ann.email)).toHaveLength(1)
  clock.advance(0.2 * HOUR)
  await remind()
  expect(await mailTo(ann.email)).toHaveLength(2)
  clock.advance(3 * HOUR)
  await remind()
  expect(await mailTo(ann.email)).toHaveLength(2)
})

test('two concurrent ticks send each mail once', async () => {
  const { owner, ann, bob } = await office()
  const approval = await asked(owner, { assignees: [ann.userId, bob.userId] })
  await Promise.all([remind(), remind(), remind()])
  for (const person of [ann, bob]) expect(await mailTo(person.email)).toHaveLength(1)
  expect(await openLinks(approval.id)).toBe(2)
})

test('only the hash of a link is stored', async () => {
  const { approval, link } = await linked()
  const token = link.split('/').at(-1) ?? ''
  const { results } = await env.DB.prepare(
    'SELECT token_hash AS hash FROM approval_links WHERE approval_id = ?',
  )
    .bind(approval.id)
    .all<{ hash: string }>()
  expect(results.map(({ hash }) => hash)).toContain(await sha256Hex(token))
  expect(JSON.stringify(results)).not.toContain(token)
})

test('opening a link decides nothing, and the page shows the approval safely', async () => {
  const { approval, link } = await linked({ title: 'Pay <script>alert(1)</script>?' })
  for (let i = 0; i < 3; i++) {
    const page = await call('GET', link)
    expect([page.status, page.headers.get('content-type')?.split(';')[0]]).toEqual([200, 'text/html'])
    expect(page.text).toContain('Pay &lt;script&gt;')
    expect(page.text).toContain('It is &lt;b&gt;due&lt;/b&gt;.')
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*form-action 'self'/)
  }
  expect((await call('HEAD', link)).status).toBe(200)
  expect((await runOf(approval.runId).view({}))?.status).toBe('waiting')
})

test('a link decides for its person, once', async () => {
  const { approval, link, ann } = await linked()
  const answer = await send(link, { decision: 'approve', comment: 'ok' })
  expect(answer.body).toEqual({ approvalId: approval.id, decision: 'approve', status: 'approved' })
  expect((await outcome(approval)).said).toMatchObject({ by: ann.userId, comment: 'ok' })
  expect(coded(await send(link, { decision: 'reject' }))).toEqual([400, 'auth.invalid_one_time_token'])
  expect(coded(await call('GET', link))).toEqual([400, 'auth.invalid_one_time_token'])
  await runJobs()
  expect((await outcome(approval)).said.decisions).toHaveLength(1)
})

test('of ten concurrent uses of one link one decides', async () => {
  const { link } = await linked()
  const answers = await Promise.all(Array.from({ length: 10 }, () => send(link, { decision: 'approve' })))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(400)])
})

test('the page sends a form, with the fields of the approval', async () => {
  const form = {
    type: 'object',
    required: ['amount', 'urgent', 'kind'],
    properties: {
      amount: { type: 'integer' },
      urgent: { type: 'boolean' },
      kind: { enum: ['a', 'b'] },
      note: { type: 'string', title: 'A "note"' },
      more: { type: 'object' },
    },
  }
  const { approval, link } = await linked({ form })
  const page = await call('GET', link)
  expect(page.text).toContain('A &quot;note&quot;')
  for (const name of Object.keys(form.properties)) expect(page.text).toContain(`name="data.${name}"`)
  const raw = (fields: Record<string, string>) =>
    call('POST', link, { headers: FORM_TYPE, raw: new URLSearchParams(fields).toString() })
  const bad = await raw({ decision: 'approve', 'data.amount': 'many', 'data.kind': 'a' })
  expect(coded(bad)).toEqual([422, 'request.invalid'])
  const good = await raw({
    decision: 'approve',
    comment: '',
    'data.amount': '5',
    'data.kind': 'b',
    'data.more': '{"x":[1]}',
  })
  expect([good.status, good.text.includes('Thank you')]).toEqual([200, true])
  expect((await outcome(approval)).said.data).toEqual({
    amount: 5,
    urgent: false,
    kind: 'b',
    more: { x: [1] },
  })
})

/** Like a browser. Its error response is not a problem document. */
async function browse(link: string, fields?: Record<string, string>) {
  const ctx = createExecutionContext()
  const init = fields === undefined ? {} : { method: 'POST', body: new URLSearchParams(fields) }
  const request = new Request(`http://orrery.test${link}`, {
    ...init,
    headers: { accept: 'text/html,*/*;q=0.8' },
  })
  const response = await app.fetch(request, env, ctx)
  const text = await response.text()
  await waitOnExecutionContext(ctx)
  expect(response.headers.get('content-type')).toMatch(/^text\/html/)
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  return { status: response.status, text }
}

test('a browser gets the form again with the entered values and the errors', async () => {
  const properties = { n: { type: 'integer', title: 'How <many>' }, kind: { enum: ['a', 'b'] }, more: {} }
  const { approval, link } = await linked({ form: { type: 'object', properties } })
  const typed = { 'data.n': '1.5', 'data.kind': 'b', 'data.more': '"<x>"', comment: 'So & "so"' }
  const bad = await browse(link, { decision: 'approve', ...typed })
  expect(bad.status).toBe(422)
  for (const part of [
    'role="alert"',
    'How &lt;many&gt;: ',
    'value="1.5"',
    '<option selected>b</option>',
    '&quot;&lt;x&gt;&quot;</textarea>',
    'So &amp; &quot;so&quot;</textarea>',
  ])
    expect(bad.text).toContain(part)
  expect(
    (await browse(link, { decision: 'approve', ...typed, 'data.n': '1', 'data.more': '{' })).text,
  ).toContain('more: is not JSON')
  expect((await browse(link, { decision: 'reject', ...typed })).text).toContain('Thank you')
  expect((await outcome(approval)).ended).toBe('no')
})

test('a browser gets a page that says that a link was used', async () => {
  const { link } = await linked()
  await browse(link, { decision: 'approve' })
  for (const again of [await browse(link), await browse(link, { decision: 'approve' })]) {
    expect(again.status).toBe(400)
    expect(again.text).toContain('The link is no longer valid')
  }
})

test('a refused decision keeps the link valid', async () => {
  const { link } = await linked({ form: { type: 'object', required: ['n'] } })
  expect((await send(link, { decision: 'approve' })).status).toBe(422)
  expect((await send(link, { decision: 'maybe' })).status).toBe(422)
  expect(
    coded(await call('POST', link, { raw: '{', headers: { 'content-type': 'application/json' } })),
  ).toEqual([400, 'request.malformed_json'])
  expect((await send(link, { decision: 'approve', data: { n: 1 } })).status).toBe(200)
})

test('the links of a closed approval do not work', async () => {
  const { approval, ann, bob } = await linked()
  const [one, other] = [await linkTo(ann), await linkTo(bob)]
  await decide(approval, bob)
  expect(await openLinks(approval.id)).toBe(0)
  for (const link of [one, other])
    expect(coded(await send(link, { decision: 'reject' }))).toEqual([400, 'auth.invalid_one_time_token'])
})

test('with a quorum the links of the others stay valid', async () => {
  const { approval, ann, bob } = await linked({ quorum: 2 })
  const [one, other] = [await linkTo(ann), await linkTo(bob)]
  expect((await send(one, { decision: 'approve' })).body.status).toBe('pending')
  expect((await send(other, { decision: 'approve' })).body.status).toBe('approved')
  expect((await outcome(approval)).ended).toBe('yes')
})

test('a link of a person who has left the team, or lost access, does not work', async () => {
  const { link, ann } = await linked()
  await env.DB.prepare("UPDATE users SET status = 'disabled' WHERE id = ?").bind(ann.userId).run()
  expect((await call('GET', link)).status).toBe(400)
  await env.DB.prepare("UPDATE users SET status = 'active' WHERE id = ?").bind(ann.userId).run()
  expect((await call('GET', link)).status).toBe(200)
  await env.DB.prepare('DELETE FROM team_members WHERE user_id = ? AND team_id = ?')
    .bind(ann.userId, ann.teamId)
    .run()
  expect((await send(link, { decision: 'approve' })).status).toBe(400)
})

test('a person who has not answered gets a daily reminder, with a new link that replaces the old one', async () => {
  const { approval, ann, bob, link } = await linked({ quorum: 2 })
  await decide(approval, bob)
  await eventually(async () => {
    const row = await env.DB.prepare('SELECT decisions FROM approvals WHERE id = ?')
      .bind(approval.id)
      .first<{ decisions: string }>()
    expect(row?.decisions).toContain(bob.userId)
  })
  clock.advance(23 * HOUR)
  await remind()
  expect(await mailTo(ann.email)).toHaveLength(1)
  clock.advance(2 * HOUR)
  await remind()
  expect((await mailTo(ann.email))[0]?.subject).toBe('Reminder: approval needed: Pay it?')
  expect(await mailTo(bob.email)).toHaveLength(1)
  expect((await call('GET', link)).status).toBe(400)
  expect((await send(await linkTo(ann), { decision: 'approve' })).status).toBe(200)
  await settledAs(approval, 'approved')
  clock.advance(25 * HOUR)
  await remind()
  expect(await mailTo(ann.email)).toHaveLength(2)
})

test('the person who started the run gets no link if they may not decide', async () => {
  const { owner, ann } = await office()
  await asked(owner, { assignees: [owner.userId, ann.userId], allowSelf: false })
  await remind()
  expect(await mailTo(owner.email)).toEqual([])
  expect(await mailTo(ann.email)).toHaveLength(1)
})

test('a decision that was stored and did not reach the run is delivered, once', async () => {
  const { approval, ann } = await linked()
  const word = {
    runId: approval.runId,
    decide: {
      approvalId: approval.id,
      by: ann.userId,
      decision: 'approve',
      comment: null,
      data: null,
      isStarter: false,
    },
  } as const
  await withContext((request) => deliverDecision(request, word))
  await withContext((request) => deliverDecision(request, word))
  expect((await outcome(approval)).said.decisions).toHaveLength(1)
})

test.each(['x', 'x'.repeat(43)])('the link %s is none', async (token) => {
  expect(coded(await get(`/approve/${token}`))).toEqual([400, 'auth.invalid_one_time_token'])
  expect(coded(await send(`/approve/${token}`, { decision: 'approve' }))).toEqual([
    400,
    'auth.invalid_one_time_token',
  ])
})
