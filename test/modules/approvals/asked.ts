// Runs with an approval, and their results.
import { env } from 'cloudflare:workers'
import { type Answer, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { newTeam, type Person } from '../../helpers/people.ts'
import { runOf, settled } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

export const APPROVALS = '/api/v1/approvals'

export type Asked = { id: string; runId: string; workflowId: string; owner: Person }

export async function asked(owner: Person, params: Record<string, unknown> = {}): Promise<Asked> {
  const workflowId = await newWorkflow(owner.teamId, {
    nodes: [
      {
        id: 'ask',
        type: 'flow.approval',
        params: { title: 'Pay it?', message: 'It is <b>due</b>.', ...params },
      },
      { id: 'yes', type: 'data.set', params: { values: { ended: 'yes', said: '{{ nodes.ask }}' } } },
      { id: 'no', type: 'data.set', params: { values: { ended: 'no', said: '{{ nodes.ask }}' } } },
    ],
    edges: [
      { from: 'ask', to: 'yes', port: 'approved' },
      { from: 'ask', to: 'no', port: 'rejected' },
    ],
  })
  const run = await post(`/api/v1/workflows/${workflowId}/execute`, owner, {})
  const runId: string = run.body.id
  await settled(runId)
  const id: string = (await get(`${APPROVALS}?runId=${runId}`, owner)).body.items[0].id
  return { id, runId, workflowId, owner }
}

/** A team with its owner, who starts the runs, and two members. */
export async function office(): Promise<{ owner: Person; ann: Person; bob: Person; viewer: Person }> {
  const { owner, join } = await newTeam()
  return { owner, ann: await join('member'), bob: await join('member'), viewer: await join('viewer') }
}

export const decide = (
  { id }: Pick<Asked, 'id'>,
  as: Person,
  decision: 'approve' | 'reject' = 'approve',
  more: Record<string, unknown> = {},
): Promise<Answer<any>> => post(`${APPROVALS}/${id}`, as, { decision, ...more })

export async function outcome({ runId }: Pick<Asked, 'runId'>): Promise<any> {
  const view = await runOf(runId).view({ output: true }, 60_000)
  return view?.output
}

/** The row in the index, once the run has reported it. */
export const settledAs = ({ id }: Pick<Asked, 'id'>, status: string): Promise<void> =>
  eventually(async () => {
    const row = await env.DB.prepare('SELECT status FROM approvals WHERE id = ?')
      .bind(id)
      .first<{ status: string }>()
    if (row?.status !== status) throw new Error(`${id} is ${row?.status}`)
  })

export async function openLinks(approvalId: string): Promise<number> {
  const row = await env.DB.prepare(
    'SELECT count(*) AS n FROM approval_links WHERE approval_id = ? AND used_at IS NULL',
  )
    .bind(approvalId)
    .first<{ n: number }>()
  return row?.n ?? 0
}
