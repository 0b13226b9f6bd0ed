// Notes about a run or a workflow reach its followers.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { giveObjectsTheTimeOfTheApp } from '../../helpers/clock.ts'
import { newTeam } from '../../helpers/people.ts'
import { runOf } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'
import { startedBy, waiting } from '../runs/followers.ts'
import { REALTIME, socket } from './sockets.ts'

const NOTIFY = `${REALTIME}/notify/workflow-status`

test('a note for an active run is an event of its log, with its sender', async () => {
  const { owner } = await newTeam()
  const runId = await startedBy(owner)
  const live = await socket(owner, [`run:${runId}`])
  const note = { runId, status: 'packing', message: 'Half of it', data: { boxes: 3 } }
  const answer = await post(NOTIFY, owner, note)
  expect(answer).toMatchObject({ status: 200, body: { deliveredTo: 'run', runId } })
  await live.until(() => live.events(`run:${runId}`).at(-1)?.event.type === 'log')
  expect(live.events(`run:${runId}`).at(-1)?.event).toMatchObject({
    type: 'log',
    level: 'info',
    by: owner.userId,
    status: 'packing',
    message: 'Half of it',
    data: { boxes: 3 },
  })
  await eventually(async () => {
    const row = await env.DB.prepare(
      "SELECT actor_id AS actor FROM audit_log WHERE target_id = ? AND action = 'run.noted'",
    )
      .bind(runId)
      .first<{ actor: string }>()
    expect(row?.actor).toBe(owner.userId)
  })
  live.close()
})

test('a note for an ended run, or a workflow, is sent to the channel of the workflow, and the answer says so', async () => {
  const { owner, teamId } = await newTeam()
  const runId = await startedBy(owner)
  await runOf(runId).control('cancel', 'me')
  const view = await runOf(runId).view({})
  const workflowId = view?.workflowId ?? ''
  expect((await post(NOTIFY, owner, { runId, message: 'x' })).body).toEqual({
    deliveredTo: 'nobody',
    runId,
    workflowId,
  })
  giveObjectsTheTimeOfTheApp()
  const channel = `workflow:${workflowId}`
  const live = await socket(owner, [channel])
  // The run may report its end only now.
  const notes = () => live.events(channel).filter(({ event }) => event.type === 'workflow.note')
  expect((await post(NOTIFY, owner, { runId, message: 'late' })).body.deliveredTo).toBe('workflow')
  expect((await post(NOTIFY, owner, { workflowId, message: 'flow' })).body.deliveredTo).toBe('workflow')
  await live.until(() => notes().length === 2)
  expect(notes().map(({ event }) => [event.type, event.run?.id, event.data.message])).toEqual([
    ['workflow.note', runId, 'late'],
    ['workflow.note', undefined, 'flow'],
  ])
  const other = await newWorkflow(teamId, waiting)
  await post(NOTIFY, owner, { workflowId: other, message: 'elsewhere' })
  expect(notes()).toHaveLength(2)
  live.close()
})

test('foreign and unknown runs and workflows get the same answer, and viewers cannot send', async () => {
  const { owner, join } = await newTeam()
  const elsewhere = await newTeam()
  const foreign = await startedBy(elsewhere.owner)
  const workflowId = await newWorkflow(elsewhere.teamId, waiting)
  for (const body of [
    { runId: foreign, message: 'x' },
    { runId: `${foreign.slice(0, -4)}zzzz`, message: 'x' },
    { workflowId, message: 'x' },
    { workflowId: 'wf_nothing', message: 'x' },
  ])
    expect((await post(NOTIFY, owner, body)).status, JSON.stringify(body)).toBe(404)
  expect((await post(NOTIFY, owner, { message: 'x' })).status).toBe(422)
  expect((await post(NOTIFY, owner, { runId: foreign, message: 'x', data: 'x'.repeat(20_000) })).status).toBe(
    422,
  )
  expect((await post(NOTIFY, await join('viewer'), { runId: foreign, message: 'x' })).status).toBe(403)
})
