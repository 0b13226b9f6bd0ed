import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { runOf } from '../../helpers/runs.ts'
import { APPROVALS, asked, decide, office, outcome, settledAs } from './asked.ts'

const coded = (answer: { status: number; body: any }) => [answer.status, answer.body.code]
const ids = (answer: { body: any }): string[] => answer.body.items.map((item: { id: string }) => item.id)

test('an approval continues at its port with the decision', async () => {
  const { owner, ann } = await office()
  const approval = await asked(owner)
  const answer = await decide(approval, ann, 'approve', { comment: ' fine ', data: { n: 1 } })
  expect(answer.body).toMatchObject({
    id: approval.id,
    status: 'approved',
    decisions: [{ by: ann.userId, decision: 'approve', comment: 'fine', data: { n: 1 } }],
  })
  expect(await outcome(approval)).toMatchObject({
    ended: 'yes',
    said: { decision: 'approved', by: ann.userId, comment: 'fine', data: { n: 1 } },
  })
  await settledAs(approval, 'approved')
})

test('a rejection continues at the other port', async () => {
  const { owner, ann } = await office()
  const approval = await asked(owner)
  expect((await decide(approval, ann, 'reject')).body.status).toBe('rejected')
  expect((await outcome(approval)).ended).toBe('no')
  await settledAs(approval, 'rejected')
})

test('a decision is audited', async () => {
  const { owner, ann } = await office()
  const approval = await asked(owner)
  await decide(approval, ann)
  const entry = () =>
    env.DB.prepare(
      "SELECT actor_id AS actor, after FROM audit_log WHERE target_id = ? AND action = 'approval.decided'",
    )
      .bind(approval.id)
      .first<{ actor: string; after: string }>()
  const row = await eventually(async () => (await entry()) ?? Promise.reject(new Error('no entry yet')))
  expect([row.actor, JSON.parse(row.after)]).toEqual([
    ann.userId,
    { decision: 'approve', status: 'approved' },
  ])
})

test('a closed approval cannot be decided again, whether the index knows it yet or not', async () => {
  const { owner, ann, bob } = await office()
  const approval = await asked(owner)
  expect((await decide(approval, ann)).status).toBe(200)
  expect(coded(await decide(approval, ann, 'reject'))).toEqual([409, 'resource.conflict'])
  expect(coded(await decide(approval, bob, 'reject'))).toEqual([409, 'resource.conflict'])
  await settledAs(approval, 'approved')
  expect(coded(await decide(approval, bob, 'reject'))).toEqual([409, 'resource.conflict'])
})

test('of two concurrent decisions one counts', async () => {
  const { owner, ann, bob } = await office()
  const approval = await asked(owner)
  const answers = await Promise.all([decide(approval, ann, 'approve'), decide(approval, bob, 'reject')])
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
})

test('a quorum needs several decisions, one per person', async () => {
  const { owner, ann, bob } = await office()
  const approval = await asked(owner, { quorum: 2 })
  expect((await decide(approval, ann)).body.status).toBe('pending')
  expect(coded(await decide(approval, ann))).toEqual([409, 'resource.conflict'])
  expect((await runOf(approval.runId).view({}))?.status).toBe('waiting')
  expect((await decide(approval, bob)).body.status).toBe('approved')
  expect((await outcome(approval)).said.decisions).toHaveLength(2)
})

test('one rejection is enough, whatever the quorum', async () => {
  const { owner, ann, bob } = await office()
  const approval = await asked(owner, { quorum: 2 })
  await decide(approval, ann)
  expect((await decide(approval, bob, 'reject')).body.status).toBe('rejected')
})

test('only assignees decide, given by id or by address in any case', async () => {
  const { owner, ann, bob, viewer } = await office()
  const byId = await asked(owner, { assignees: [ann.userId] })
  expect(coded(await decide(byId, bob))).toEqual([403, 'access.denied'])
  expect(coded(await decide(byId, owner))).toEqual([403, 'access.denied'])
  expect(coded(await decide(byId, viewer))).toEqual([403, 'access.denied'])
  expect((await decide(byId, ann)).status).toBe(200)
  const byMail = await asked(owner, { assignees: [bob.email.toUpperCase()] })
  expect((await decide(byMail, ann)).status).toBe(403)
  expect((await decide(byMail, bob)).status).toBe(200)
})

test('unknown assignees are shown, and impossible ones are refused', async () => {
  const { owner, ann, viewer } = await office()
  const stranger = await newPerson()
  const known = [ann.userId, ann.email.toUpperCase()]
  const unknown = ['nobody@nowhere.example', viewer.userId, stranger.email]
  const approval = await asked(owner, { assignees: [...known, ...unknown] })
  expect((await get(`${APPROVALS}/${approval.id}`, owner)).body.unknownAssignees).toEqual(unknown)
  const params = { title: 'x', assignees: ['the boss', '{{ input.who }}'] }
  const definition = { nodes: [{ id: 'ask', type: 'flow.approval', params }] }
  const checked = await post('/api/v1/workflows/validate', owner, { definition })
  expect(checked.body.problems).toMatchObject([
    { path: '/definition/nodes/0/params/assignees/0', nodeId: 'ask', code: 'node.bad_params' },
  ])
})

test('an unverified address is not an assignee', async () => {
  const { owner, ann } = await office()
  const approval = await asked(owner, { assignees: [ann.email] })
  await env.DB.prepare('UPDATE users SET email_verified_at = NULL WHERE id = ?').bind(ann.userId).run()
  expect((await decide(approval, ann)).status).toBe(403)
  expect(ids(await get(`${APPROVALS}?mine=true`, ann))).toEqual([])
})

test('the person who started the run does not decide, unless the approval allows it, which is recorded', async () => {
  const { owner, ann } = await office()
  const approval = await asked(owner)
  expect(coded(await decide(approval, owner))).toEqual([403, 'access.denied'])
  const byOther = await decide(approval, ann)
  expect(byOther.body.decisions[0].self).toBeUndefined()
  const allowed = await asked(owner, { allowSelf: true })
  expect((await decide(allowed, owner)).body.decisions).toMatchObject([{ by: owner.userId, self: true }])
  expect((await outcome(allowed)).said.decisions).toMatchObject([{ by: owner.userId, self: true }])
})

test('if nobody else could decide, the person who started the run may, which is recorded', async () => {
  const { owner, join } = await newTeam()
  await join('viewer')
  const approval = await asked(owner)
  expect(ids(await get(`${APPROVALS}?mine=true`, owner))).toEqual([approval.id])
  expect((await decide(approval, owner)).body.decisions).toMatchObject([{ self: true }])
  const next = await asked(owner)
  const member = await join('member')
  expect((await decide(next, owner)).status).toBe(403)
  await env.DB.prepare("UPDATE users SET status = 'disabled' WHERE id = ?").bind(member.userId).run()
  expect((await decide(next, owner)).status).toBe(200)
})

test('data must be valid for the form in an approval', async () => {
  const { owner, ann } = await office()
  const form = {
    type: 'object',
    required: ['amount'],
    properties: { amount: { type: 'integer', minimum: 1 } },
  }
  const approval = await asked(owner, { form })
  expect((await get(`${APPROVALS}/${approval.id}`, ann)).body.form).toEqual(form)
  for (const data of [undefined, {}, { amount: 0 }, { amount: 'x' }, 5]) {
    const answer = await decide(approval, ann, 'approve', data === undefined ? {} : { data })
    expect([...coded(answer), answer.body.errors[0].path.startsWith('/data')]).toEqual([
      422,
      'request.invalid',
      true,
    ])
  }
  expect((await decide(approval, ann, 'approve', { data: { amount: 5 } })).status).toBe(200)
  for (const more of [{}, { data: { amount: 'x' } }])
    expect((await decide(await asked(owner, { form }), ann, 'reject', more)).status).toBe(200)
})

test('a timeout closes it, also in the index', async () => {
  const { owner, ann } = await office()
  const approval = await asked(owner, { timeoutMs: 400, onTimeout: 'reject' })
  expect((await outcome(approval)).ended).toBe('no')
  await eventually(async () =>
    expect((await get(`${APPROVALS}/${approval.id}`, owner)).body.status).not.toBe('pending'),
  )
  expect(coded(await decide(approval, ann))).toEqual([409, 'resource.conflict'])
})

test('an approval of a cancelled run is cancelled', async () => {
  const { owner, ann } = await office()
  const approval = await asked(owner)
  await post(`/api/v1/workflows/executions/${approval.runId}/cancel`, owner, undefined)
  expect(coded(await decide(approval, ann))).toEqual([409, 'resource.conflict'])
  await settledAs(approval, 'cancelled')
})

test('approvals are listed by status, workflow, run and page by page', async () => {
  const { owner, ann } = await office()
  const all = [await asked(owner), await asked(owner), await asked(owner)]
  await decide(all[0] as (typeof all)[0], ann)
  await settledAs(all[0] as (typeof all)[0], 'approved')
  const list = (query: string) => get(`${APPROVALS}?${query}`, ann)
  expect(ids(await list('status=approved'))).toEqual([all[0]?.id])
  expect(ids(await list('status=pending'))).toEqual([all[2]?.id, all[1]?.id])
  expect(ids(await list(`workflowId=${all[1]?.workflowId}`))).toEqual([all[1]?.id])
  expect(ids(await list(`runId=${all[2]?.runId}`))).toEqual([all[2]?.id])
  const first = await list('limit=2&count=true')
  expect([ids(first), first.body.total]).toEqual([[all[2]?.id, all[1]?.id], 3])
  expect(ids(await list(`limit=2&cursor=${first.body.nextCursor}`))).toEqual([all[0]?.id])
})

test('mine are those that I may decide', async () => {
  const { owner, ann, bob } = await office()
  const forAll = await asked(owner, { allowSelf: true })
  const forAnn = await asked(owner, { assignees: [ann.userId] })
  const forBob = await asked(owner, { assignees: [bob.email] })
  const notSelf = await asked(owner)
  const mine = async (as: typeof ann) => ids(await get(`${APPROVALS}?mine=true`, as)).sort()
  expect(await mine(ann)).toEqual([forAll, forAnn, notSelf].map(({ id }) => id).sort())
  expect(await mine(bob)).toEqual([forAll, forBob, notSelf].map(({ id }) => id).sort())
  expect(await mine(owner)).toEqual([forAll.id])
})

test("another team's approval is neither read nor decided", async () => {
  const { owner } = await office()
  const approval = await asked(owner)
  const stranger = await newPerson()
  expect((await get(`${APPROVALS}/${approval.id}`, stranger)).status).toBe(404)
  expect((await decide(approval, stranger)).status).toBe(404)
  expect(ids(await get(APPROVALS, stranger))).toEqual([])
  expect(
    (await call('POST', `${APPROVALS}/${approval.id}`, { as: owner, body: { decision: 'maybe' } })).status,
  ).toBe(422)
})
