import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { firstOf } from '../../../db/hot-read.ts'
import type { RunFailed } from '../../../queue/messages/runs.ts'
import { findRunnable } from '../../workflows/index.ts'
import { startRunnable } from './runnable.ts'

/**
 * Starts one run of the error workflow for each failed run. A workflow that handles its own failures does not start itself.
 * The run has the depth and the family of the failed one: otherwise two workflows that start each other, one of them by
 * failing, would never stop.
 */
export async function startErrorWorkflow(request: RequestContext, message: RunFailed): Promise<void> {
  const { teamId, runId, workflowId, workflowName, errorWorkflowId, error } = message
  const { startedBy, starters, depth, family } = message
  if (errorWorkflowId === workflowId) return
  const runnable = await firstOf(request.env.DB, findRunnable(teamId, errorWorkflowId, null))
  if (runnable === null) {
    request.log.warn('the error workflow is gone', { runId, errorWorkflowId })
    return
  }
  try {
    await startRunnable(request, runnable, {
      input: { runId, workflowId, workflowName, error },
      trigger: { type: 'error', runId },
      // The person who started the failed run also caused this one.
      startedBy: startedBy ?? null,
      options: {},
      once: `error ${runId}`,
      more: {
        ...(starters === undefined ? {} : { starters }),
        ...(depth === undefined ? {} : { depth }),
        ...(family === undefined ? {} : { family }),
      },
    })
  } catch (refused) {
    if (!(refused instanceof AppError) || refused.code !== 'run.too_many_descendants') throw refused
    request.log.warn('the error workflow was not started', { runId, errorWorkflowId, error: refused })
  }
}
