// Starting runs and sending approvals scan no table either. There are rows, so that the statements are reached.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { purge } from '../../src/cron/index.ts'
import { remindApprovals } from '../../src/modules/approvals/service/remind.ts'
import { fireSchedules } from '../../src/modules/schedules/fire.ts'
import { get, post } from '../helpers/api.ts'
import { clock } from '../helpers/clock.ts'
import { mailTo, runJobs, withContext } from '../helpers/jobs.ts'
import { runOf } from '../helpers/runs.ts'
import { newTrigger } from '../helpers/triggers.ts'
import { newWorkflow } from '../helpers/workflows.ts'
import { asked, decide, office } from '../modules/approvals/asked.ts'
import { ended, waiting } from '../modules/events/waiting.ts'
import { deliver, hooked } from '../modules/hooks/deliver.ts'
import { planOf, recordSql, scansIn, tableNames } from './support/plans.ts'

async function failures(work: () => Promise<unknown>): Promise<string[]> {
  const tables = await tableNames()
  const sent = await recordSql(async () => void (await work()))
  const found: string[] = []
  for (const one of sent) {
    if (!/^\s*(SELECT|WITH|UPDATE|DELETE|INSERT)/i.test(one.sql)) continue
    for (const step of scansIn(one.sql, await planOf(one), tables)) found.push(`${step}: ${one.sql}`)
  }
  expect(sent.length).toBeGreaterThan(0)
  return found
}

test('a delivery is one query, and scans no table', async () => {
  const hook = await hooked()
  const { person, workflowId, trigger } = hook
  const known = new Set<unknown>([person.userId, person.teamId, workflowId, ...Object.values(trigger)])
  const sent = await recordSql(async () => void (await deliver(hook)))
  // Jobs of other tests may run a query at the same moment, but nothing about this hook. Other statements about it
  // are the run's own report, which writes, and the lease of its host.
  const asked = sent.filter(
    ({ sql, params }) =>
      /^\s*SELECT/i.test(sql) && !/run_leases/.test(sql) && params.some((one) => known.has(one)),
  )
  expect(asked.map(({ sql }) => /workflow_triggers/.test(sql))).toEqual([true])
  expect(await failures(() => deliver(hook))).toEqual([])
})

test('events and schedules', async () => {
  const { owner } = await office()
  const workflowId = await newWorkflow(owner.teamId, { nodes: [{ id: 'a', type: 'flow.noop' }] })
  await newTrigger(owner.teamId, workflowId, { type: 'event', name: 'a.*' })
  await newTrigger(owner.teamId, workflowId, { type: 'schedule', cron: '* * * * *' }, clock.now() - 1)
  expect(await failures(() => post('/api/v1/events', owner, { name: 'a.b' }, {}))).toEqual([])
  expect(await failures(() => get('/api/v1/events/types', owner))).toEqual([])
  expect(await failures(() => withContext(fireSchedules))).toEqual([])
  expect(await failures(() => withContext(purge))).toEqual([])
  expect(await failures(runJobs)).toEqual([])
  // It processes the leftovers of all tests.
}, 120_000)

test('events and the runs that wait for them', async () => {
  const { owner } = await office()
  await waiting(owner, { name: 'a.b' })
  const pattern = await waiting(owner, { name: 'a.*' })
  const sent = await recordSql(async () => {
    await post('/api/v1/events', owner, { name: 'a.b' })
    await ended(pattern)
    // With another name: tests move the clock of the app, and the event would be later than these waits.
    await waiting(owner, { name: 'b.c' })
    await runOf(await waiting(owner, { name: 'b.*' })).report()
  })
  const tables = await tableNames()
  const found = []
  for (const one of sent) found.push(...scansIn(one.sql, await planOf(one), tables))
  expect(found).toEqual([])
  // Each kind of statement was reached: waiting runs, new events, and the rows of the index.
  for (const part of [
    'json_each(?2) k',
    'GROUP BY run_id',
    'FROM inbound_events e',
    'CROSS JOIN inbound_events e',
  ])
    expect([part, sent.some(({ sql }) => sql.includes(part))]).toEqual([part, true])
  expect(await failures(() => get('/api/v1/events/types', owner))).toEqual([])
})

test('an event is looked up by its keys and a page of runs by the index, in order', async () => {
  const { owner } = await office()
  await waiting(owner, { name: 'a.b' })
  const sent = await recordSql(async () => {
    await post('/api/v1/events', owner, { name: 'a.b' })
    await runJobs()
  })
  const plans = new Map<string, string>()
  for (const one of sent)
    if (one.sql.includes('event_waits')) plans.set(one.sql, (await planOf(one)).join(' | '))
  for (const [sql, plan] of plans) {
    if (!sql.includes('team_id')) continue
    expect([sql, plan]).toEqual([sql, expect.stringContaining('event_waits_key (team_id=? AND key=?')])
    if (sql.includes('GROUP BY run_id'))
      expect([sql, plan]).toEqual([sql, expect.not.stringMatching(/TEMP B-TREE FOR (GROUP|ORDER)/)])
  }
})

test('approvals, their mails and their links', async () => {
  const { owner, ann, bob } = await office()
  const approval = await asked(owner, { assignees: [ann.userId, bob.email] })
  const other = await asked(owner)
  expect(await failures(() => withContext(remindApprovals))).toEqual([])
  const [mail] = await mailTo(ann.email)
  const link = /\/approve\/\S+/.exec(mail?.text ?? '')?.[0] ?? ''
  expect(await failures(() => get(link))).toEqual([])
  expect(await failures(() => post(link, undefined, { decision: 'approve' }))).toEqual([])
  expect(await failures(() => get('/api/v1/approvals?mine=true', ann))).toEqual([])
  expect(await failures(() => decide(other, ann))).toEqual([])
  const row = await env.DB.prepare('SELECT id FROM approvals WHERE id = ?').bind(approval.id).first()
  expect(row).not.toBeNull()
})
