// How many runs one event starts: one for equal triggers, and never more than a thousand.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import { post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { runJobs } from '../../helpers/jobs.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { linear } from '../../helpers/runs.ts'
import { newTrigger } from '../../helpers/triggers.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

const send = (person: Awaited<ReturnType<typeof newPerson>>, name: string, data: unknown = {}) =>
  post('/api/v1/events', person, { name, data })

test('triggers of one workflow that only differ in their keys start one run, others one each', async () => {
  const person = await newPerson()
  const { teamId } = person
  const workflowId = await newWorkflow(teamId, linear(2))
  const other = await newWorkflow(teamId, linear(1))
  const add = (key: string, more: Record<string, unknown> = {}, to = workflowId) =>
    newTrigger(teamId, to, { type: 'event', name: 'order.paid', key, ...more })
  for (let i = 0; i < 10; i++) await add(`equal${i}`)
  await add('filtered', { filter: '{{ item.total > 1 }}' })
  await add('filtered too', { filter: '{{ item.total > 1 }}' })
  await add('pattern', { name: 'order.*' })
  await add('entry', { entry: 'n1' })
  await add('other', {}, other)
  const { status, body } = await send(person, 'order.paid', { total: 2 })
  expect(status).toBe(202)
  const started = body.runs.map((run: { triggerKey: string }) => run.triggerKey).sort()
  expect(started).toEqual(['entry', 'equal0', 'filtered', 'other', 'pattern'])
  expect(body.skipped).toHaveLength(10)
  expect(new Set(body.skipped.map((one: { reason: string }) => one.reason))).toEqual(new Set(['equal']))
  await runJobs()
  await eventually(async () => {
    const n = await env.DB.prepare('SELECT count(*) AS n FROM runs WHERE team_id = ?').bind(teamId).first('n')
    expect(n).toBe(5)
  })
})

test('an event starts at most 1,000 runs, and lists the triggers without a run', async () => {
  // Nothing starts while the owner of the team is disabled.
  const { teamId, owner, join } = await newTeam()
  await env.DB.prepare("UPDATE users SET status = 'disabled' WHERE id = ?").bind(owner.userId).run()
  const member = await join('member')
  const workflowId = await newWorkflow(teamId, linear(1))
  const insert = env.DB.prepare(
    `INSERT INTO workflow_triggers (id, workflow_id, team_id, key, type, active, config, event_name, created_at, position)
     VALUES (?, ?, ?, ?, 'event', 1, ?, 'many', 1, 0)`,
  )
  const config = (n: number) =>
    JSON.stringify({ type: 'event', name: 'many', key: `t${n}`, filter: `{{ ${n} + 1 }}` })
  await env.DB.batch(
    Array.from({ length: 1_150 }, (_, n) =>
      insert.bind(newId('trg', clock.now()), workflowId, teamId, `t${n}`, config(n)),
    ),
  )
  const { status, body } = await send(member, 'many')
  expect(status).toBe(202)
  expect(body.runs).toHaveLength(1_000)
  expect(body.skipped).toHaveLength(100)
  expect(body.skipped[0].reason).toBe('too_many')
})
