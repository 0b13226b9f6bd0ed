// Notifications about runs that have ended.
import { derivedId } from '../../../../src/core/ids.ts'
import type { Json } from '../../../../src/core/json.ts'
import { notify } from '../../../../src/queue/notify.ts'
import type { PostedMessage } from '../../../../src/queue/post.ts'
import { hideStored } from '../../show/redaction.ts'
import type { Run } from '../../turn/scope.ts'

/**
 * To the person who started the run, or to the owner if a schedule did. Failures of one workflow within an hour are
 * one notification.
 */
export async function failureNotice(run: Run): Promise<PostedMessage> {
  const { runId, teamId, workflowId, workflowName, startedBy } = run.spec
  const error = hideStored(run.state.run.error, run)
  return {
    id: await derivedId('msg', `notify_failed ${runId}`),
    message: notify({
      kind: 'run.failed',
      to: startedBy === null ? { role: 'owner' } : { userIds: [startedBy] },
      teamId,
      level: 'error',
      title: `${workflowName} has failed`,
      message: error === null ? '' : `${error.code}: ${error.message}`,
      subject: { type: 'run', id: runId },
      dedupeKey: workflowId ?? runId,
      workflowId,
    }),
  }
}

/** To the person who started the run, if they asked for it. */
export async function successNotice(run: Run): Promise<PostedMessage> {
  const { runId, teamId, workflowId, workflowName, startedBy } = run.spec
  return {
    id: await derivedId('msg', `notify_succeeded ${runId}`),
    message: notify({
      kind: 'run.succeeded',
      to: { userIds: startedBy === null ? [] : [startedBy] },
      teamId,
      level: 'success',
      title: `${workflowName} has succeeded`,
      message: '',
      subject: { type: 'run', id: runId },
      dedupeKey: workflowId ?? runId,
      workflowId,
    }),
  }
}

/**
 * To the person who started the run, unless they decided themselves. None while the approval is open or if it was
 * cancelled.
 */
export async function decisionNotice(approval: Record<string, Json>): Promise<PostedMessage[]> {
  const { id, teamId, status, title, startedBy, workflowId, decisions } = approval
  if (typeof startedBy !== 'string' || (status !== 'approved' && status !== 'rejected')) return []
  const deciders = (JSON.parse(String(decisions)) as { by?: string }[]).map(({ by }) => by)
  if (deciders.every((by) => by === startedBy)) return []
  return [
    {
      id: await derivedId('msg', `notify_decided ${id}`),
      message: notify({
        kind: 'approval.decided',
        to: { userIds: [startedBy] },
        teamId: String(teamId),
        level: status === 'approved' ? 'success' : 'warning',
        title: `${title}: ${status}`,
        message: '',
        subject: { type: 'approval', id: String(id) },
        workflowId: typeof workflowId === 'string' ? workflowId : null,
      }),
    },
  ]
}
