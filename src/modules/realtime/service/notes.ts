// Notes that people and external systems send about a run or a workflow.
import type { ServiceContext } from '../../../context.ts'
import { notFound } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import type { Json } from '../../../core/json.ts'
import { commonOf } from '../../../db/publish.ts'
import { teamHub } from '../../../objects/channels.ts'
import { runActor } from '../../../objects/run-spec.ts'
import type { TeamEvent } from '../../../objects/team-events.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import { findWorkflowName } from '../repo/snapshots.ts'
import type { NoteReceipt, NotifyWorkflowStatus } from '../schema.ts'
import { publishNow } from './publish.ts'

export async function notifyWorkflowStatus(
  ctx: ServiceContext,
  { runId, workflowId, status, message, data }: NotifyWorkflowStatus,
): Promise<NoteReceipt> {
  const note = {
    message,
    ...(status === undefined ? {} : { status }),
    ...(data === undefined ? {} : { data: data as Json }),
  }
  if (runId === undefined) {
    const name = await findWorkflowName(ctx.env.DB, ctx.actor.teamId, workflowId ?? '')
    if (workflowId === undefined || name === null) throw notFound('The workflow')
    return noteWorkflow(ctx, { id: workflowId, name }, null, note)
  }
  const { teamId, userId } = ctx.actor
  const answer = await workflowRun(ctx.env.RUNS, runId).note({ ...note, teamId, by: userId }, runActor(ctx))
  if (answer === null) throw notFound('The run')
  if (answer.isNoted) return { deliveredTo: 'run', runId, workflowId: answer.workflowId }
  if (answer.workflowId === null) return { deliveredTo: 'nobody', runId, workflowId: null }
  return noteWorkflow(ctx, { id: answer.workflowId, name: answer.workflowName }, runId, note)
}

/** The note is only kept in the channel, while the channel has followers. */
async function noteWorkflow(
  ctx: ServiceContext,
  workflow: { id: string; name: string },
  runId: string | null,
  note: Extract<TeamEvent, { type: 'workflow.note' }>['data'],
): Promise<NoteReceipt> {
  const event: TeamEvent = {
    type: 'workflow.note',
    ...commonOf(ctx, ctx.actor.teamId),
    workflow,
    ...(runId === null ? {} : { run: { id: runId } }),
    data: note,
  }
  const key = newId('msg', ctx.now())
  const isSent = await publishNow(ctx, teamHub(ctx.actor.teamId), { key, event })
  return { deliveredTo: isSent ? 'workflow' : 'nobody', runId, workflowId: workflow.id }
}
