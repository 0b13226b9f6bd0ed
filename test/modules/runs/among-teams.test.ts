// A run is found by its id among all teams of the caller.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import { call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { linear } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'
import { keyOf } from '../approvals/keys.ts'

const BASES = ['/api/v1/runs', '/api/v1/workflows/executions']
const json = { accept: 'application/json' }

/** A run of a team, and a viewer of it who does not name the team. */
async function teamRun() {
  const { owner, join, teamId } = await newTeam()
  const workflowId = await newWorkflow(teamId, linear(2))
  const { body } = await post(`/api/v1/workflows/${workflowId}/execute`, owner, {})
  const viewer = await join('viewer')
  return { owner, viewer, teamId, runId: body.id as string, plain: { token: viewer.token } }
}

const READS = ['', '/events', '/output', '/nodes', '/nodes/n0', '/nodes/n0/output']
const WRITES = [
  '/cancel',
  '/pause',
  '/resume',
  '/retry',
  '/rerun',
  '/compensate',
  '/signal',
  '/nodes/n0/resolve',
]

test('a member reads a run of their team without naming the team, at both paths', async () => {
  const { runId, plain, teamId } = await teamRun()
  for (const base of BASES)
    for (const path of READS) {
      const answer = await call('GET', `${base}/${runId}${path}`, { as: plain, headers: json })
      expect([path, answer.status]).toEqual([path, 200])
    }
  expect((await get(`/api/v1/runs/${runId}`, plain)).body.teamId).toBe(teamId)
})

test('with a team, or with a key, only the runs of that team are visible', async () => {
  const { runId, viewer, owner } = await teamRun()
  const other = await newTeam({ ...viewer, teamId: viewer.teamId })
  const named = { token: viewer.token, teamId: other.teamId }
  expect((await get(`/api/v1/runs/${runId}`, named)).status).toBe(404)
  const elsewhere = await newTeam(owner)
  const key = await keyOf(elsewhere.owner, 'runs:read')
  expect((await get(`/api/v1/runs/${runId}`, { apiKey: key.apiKey })).status).toBe(404)
})

test('a run of a team that one is not in, or has left, is answered like a missing one', async () => {
  const { runId, viewer, plain, teamId } = await teamRun()
  const shape = async (id: string, token: string) => {
    const { status, body } = await get(`/api/v1/runs/${id}`, { token })
    return { status, body: { ...body, requestId: '' } }
  }
  const stranger = await newPerson()
  const none = await shape(newId('run', clock.now()), stranger.token)
  expect(none.status).toBe(404)
  expect(await shape(runId, stranger.token)).toEqual(none)
  await env.DB.prepare('DELETE FROM team_members WHERE team_id = ? AND user_id = ?')
    .bind(teamId, viewer.userId)
    .run()
  expect(await shape(runId, plain.token)).toEqual(none)
})

test('changing a run needs the rights in its team', async () => {
  const { runId, owner } = await teamRun()
  const plain = { token: owner.token }
  for (const path of WRITES) {
    const body =
      path === '/signal' ? { name: 'x' } : path.endsWith('resolve') ? { outcome: 'retry' } : undefined
    const answer = await call('POST', `/api/v1/runs/${runId}${path}`, {
      as: plain,
      ...(body === undefined ? {} : { body }),
    })
    expect([path, answer.status]).toEqual([path, 404])
  }
  expect((await call('DELETE', `/api/v1/runs/${runId}`, { as: plain })).status).toBe(404)
})

test('runs are counted by status, with the filters of the list', async () => {
  const { owner, teamId } = await newTeam()
  const start = (workflowId: string, body: unknown = {}) =>
    post(`/api/v1/workflows/${workflowId}/execute`, owner, body)
  const quick = await newWorkflow(teamId, linear(1))
  const failing = await newWorkflow(teamId, {
    nodes: [{ id: 'no', type: 'flow.fail', params: { message: 'no' } }],
  })
  await start(quick, { tags: ['a'] })
  await start(quick)
  await start(failing, { tags: ['a'] })
  const counts = async (query = '') => (await get(`/api/v1/runs/counts${query}`, owner)).body
  await eventually(async () => expect((await counts()).total).toBe(3))
  const none = { queued: 0, running: 0, waiting: 0, paused: 0, succeeded: 0, failed: 0, cancelled: 0 }
  expect(await counts()).toEqual({ total: 3, byStatus: { ...none, succeeded: 2, failed: 1 } })
  expect(await counts('?tag=a')).toEqual({ total: 2, byStatus: { ...none, succeeded: 1, failed: 1 } })
  expect(await counts(`?workflowId=${failing}`)).toEqual({ total: 1, byStatus: { ...none, failed: 1 } })
  expect((await get(`/api/v1/runs/counts?workflowId=${newId('wf', 1)}`, owner)).status).toBe(404)
  expect((await get('/api/v1/runs/counts?status=failed', owner)).status).toBe(422)
  expect((await get('/api/v1/runs/counts', await newPerson())).body).toEqual({ total: 0, byStatus: none })
})
