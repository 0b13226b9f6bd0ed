// The runs that one start leads to: their maximum, and how they are counted.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { newId } from '../../src/core/ids.ts'
import { PLANS } from '../../src/core/plans.ts'
import { sqlOf } from '../durable-objects/support/poison.ts'
import { post } from '../helpers/api.ts'
import { eventually } from '../helpers/changes.ts'
import { clock } from '../helpers/clock.ts'
import { runJobs } from '../helpers/jobs.ts'
import { newPerson, newTeam } from '../helpers/people.ts'
import { ended, linear, newSpec, runOf } from '../helpers/runs.ts'
import { newWorkflow } from '../helpers/workflows.ts'
import { one } from './one.ts'

const teamId = async () => (await newTeam()).teamId

/** Starts itself this many times. Its id is only known once it is stored. */
async function bomb(team: string, times: number, wait: boolean, more: Record<string, unknown> = {}) {
  const workflowId = await newWorkflow(team, linear(1))
  const call = (_: unknown, i: number) => ({
    id: `c${i}`,
    type: 'flow.workflow',
    params: { workflowId, wait },
    onError: 'continue',
  })
  const definition = JSON.stringify({ nodes: Array.from({ length: times }, call), ...more })
  await env.DB.prepare(
    'UPDATE workflow_versions SET definition = ?2, definition_hash = ?3 WHERE workflow_id = ?1',
  )
    .bind(workflowId, definition, workflowId)
    .run()
  return workflowId
}

const countOf = async (team: string): Promise<number> =>
  (await env.DB.prepare('SELECT count(*) AS n FROM runs WHERE team_id = ?').bind(team).first<number>('n')) ??
  0

const unfinished = async (team: string): Promise<number> =>
  (await env.DB.prepare('SELECT count(*) AS n FROM runs WHERE team_id = ? AND finished_at IS NULL')
    .bind(team)
    .first<number>('n')) ?? 0

test.each([true, false])(
  'runs that start themselves again and again stop exactly at the limit (waited for: %s)',
  async (wait) => {
    const team = await teamId()
    const workflowId = await bomb(team, 3, wait)
    const spec = newSpec(
      { nodes: [{ id: 'it', type: 'flow.workflow', params: { workflowId, wait } }] },
      { teamId: team },
    )
    spec.family = { root: spec.runId, most: 25 }
    await runOf(spec.runId).start(spec)
    await eventually(async () => {
      expect(await countOf(team)).toBe(26)
      expect(await unfinished(team)).toBe(0)
    })
    const { results } = await env.DB.prepare('SELECT id FROM runs WHERE team_id = ?')
      .bind(team)
      .all<{ id: string }>()
    const refused: unknown[] = []
    for (const { id } of results) {
      const { events = [] } = (await runOf(id).events(0, 200)) ?? {}
      for (const event of events as { type: string; error?: { code: string; message: string } }[])
        if (event.type === 'node.failed') refused.push(event.error)
    }
    expect(refused.length).toBeGreaterThan(0)
    for (const error of refused)
      expect(error).toMatchObject({
        code: 'run.too_many_descendants',
        message: expect.stringContaining(`${spec.runId} has led to 25 runs`),
      })
  },
)

test.each(PLANS)('a start on the plan %s leads to no more runs than that allows', async (plan) => {
  const person = await newPerson({ plan })
  const waits = { nodes: [{ id: 'wait', type: 'flow.waitForEvent', params: { name: 'go' } }] }
  const workflowId = await newWorkflow(person.teamId, waits)
  const { id } = (await post(`/api/v1/workflows/${workflowId}/execute`, person, {})).body
  const most = { free: 1_000, premium: 10_000, team: 20_000 }[plan]
  const write =
    "INSERT OR REPLACE INTO rows (run, kind, key, value) SELECT n, 'meta', 'descendants', ? FROM runs WHERE id = ?"
  await sqlOf(id, (sql) => sql.exec(write, String(most - 1), id).toArray())
  expect(await runOf(id).countDescendant('run_a')).toBe('counted')
  expect(await runOf(id).countDescendant('run_b')).toBe('full')
})

test('a rerun begins its own family', async () => {
  const person = await newPerson({ plan: 'free' })
  const child = await newWorkflow(person.teamId, linear(1))
  const workflowId = await newWorkflow(person.teamId, {
    nodes: [{ id: 'it', type: 'flow.workflow', params: { workflowId: child } }],
  })
  const { id } = (await post(`/api/v1/workflows/${workflowId}/execute`, person, {})).body
  expect((await ended(id)).status).toBe('succeeded')
  const again = await post(`/api/v1/workflows/executions/${id}/rerun`, person, {})
  expect((await ended(again.body.id)).status).toBe('succeeded')
  for (const runId of [id, again.body.id]) {
    const rows = await sqlOf(runId, (sql) =>
      sql
        .exec(
          "SELECT key FROM rows WHERE kind = 'descendant' AND run = (SELECT n FROM runs WHERE id = ?)",
          runId,
        )
        .toArray(),
    )
    expect(rows).toHaveLength(1)
  }
})

test('a repeated run counts once, and one whose start was refused does not count', async () => {
  const spec = newSpec(linear(1))
  spec.family = { root: spec.runId, most: 2 }
  const stub = runOf(spec.runId)
  await stub.start(spec)
  for (let i = 0; i < 3; i++) expect(await stub.countDescendant('run_a')).toBe('counted')
  expect(await stub.countDescendant('run_b')).toBe('counted')
  expect(await stub.countDescendant('run_c')).toBe('full')
  await stub.uncountDescendant('run_b')
  await stub.uncountDescendant('run_b')
  expect(await stub.countDescendant('run_c')).toBe('counted')
  expect(await stub.countDescendant('run_b')).toBe('full')
})

test('a start that the gate of the workflow refuses is not counted', async () => {
  const team = await teamId()
  const settings = { concurrency: { limit: 1, whenFull: 'reject' } }
  const workflowId = await newWorkflow(team, {
    settings,
    nodes: [{ id: 'w', type: 'flow.waitForEvent', params: { name: 'go' } }],
  })
  await one('flow.workflow', { workflowId, wait: false }, { teamId: team })
  const runId = newId('run', clock.now())
  const more = { teamId: team, runId, family: { root: runId, most: 1 } }
  const refused = await one('flow.workflow', { workflowId, wait: false }, more)
  expect(refused).toMatchObject({ status: 'failed', error: { code: 'run.queue_full' } })
  expect(await runOf(runId).countDescendant('run_a')).toBe('counted')
})

test('if the first run was deleted, nothing more starts under it', async () => {
  const team = await teamId()
  const workflowId = await newWorkflow(team, linear(1))
  const run = await one(
    'flow.workflow',
    { workflowId },
    { teamId: team, family: { root: 'run_gone', most: 9 } },
  )
  expect(run).toMatchObject({
    status: 'failed',
    error: { code: 'run.too_many_descendants', message: expect.stringContaining('was deleted') },
  })
})

test('a failing workflow and an error workflow that starts it again are one family, and end', async () => {
  const team = await teamId()
  const failing = await newWorkflow(team, {
    nodes: [{ id: 'f', type: 'flow.fail', params: { message: 'no' } }],
  })
  const handler = await newWorkflow(team, {
    nodes: [0, 1].map((i) => ({
      id: `again${i}`,
      type: 'flow.workflow',
      params: { workflowId: failing, wait: false },
      onError: 'continue',
    })),
  })
  await env.DB.prepare('UPDATE workflows SET error_workflow_id = ? WHERE id = ?').bind(handler, failing).run()
  const spec = newSpec(
    { nodes: [{ id: 'f', type: 'flow.fail', params: { message: 'no' } }] },
    { teamId: team, workflowId: failing, errorWorkflowId: handler },
  )
  spec.family = { root: spec.runId, most: 12 }
  await runOf(spec.runId).start(spec)
  await eventually(async () => {
    await runJobs()
    expect(await countOf(team)).toBe(13)
    expect(await unfinished(team)).toBe(0)
    const left = await env.DB.prepare(
      "SELECT count(*) AS n FROM outbox WHERE status = 'pending' AND body LIKE ?",
    )
      .bind(`%${team}%`)
      .first<number>('n')
    expect(left).toBe(0)
  })
})

test('beyond the monthly runs the node fails with the reason', async () => {
  const { teamId: team } = await newPerson({ plan: 'free' })
  const workflowId = await newWorkflow(team, linear(1))
  const month = new Date(Date.now()).toISOString().slice(0, 7)
  await env.DB.prepare(
    "INSERT INTO usage_counters (team_id, period, metric, value) VALUES (?, ?, 'runs', 10000)",
  )
    .bind(team, month)
    .run()
  for (const wait of [true, false]) {
    const run = await one('flow.workflow', { workflowId, wait }, { teamId: team })
    expect(run).toMatchObject({ status: 'failed', error: { code: 'plan.limit_reached' } })
    expect(JSON.stringify(run.error)).toContain('runsPerMonth')
  }
})

test('a run from before families were counted has the limit of the smallest plan', async () => {
  const spec = newSpec(linear(1))
  await runOf(spec.runId).start(spec)
  expect(spec.family).toBeUndefined()
  expect(await runOf(spec.runId).countDescendant('run_a')).toBe('counted')
  expect((await ended(spec.runId)).status).toBe('succeeded')
})
