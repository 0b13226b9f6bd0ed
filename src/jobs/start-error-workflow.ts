import type * as z from 'zod'
import type { RequestContext } from '../context.ts'
import { startRunnable } from '../modules/executions/index.ts'
import { loadRunnable } from '../modules/workflows/index.ts'
import type { RunFailed } from '../queue/messages.ts'

/** One run of the error workflow for each failed run. A workflow that handles its own failures does not start itself. */
export async function startErrorWorkflow(
  request: RequestContext,
  message: z.infer<typeof RunFailed>,
): Promise<void> {
  const { teamId, runId, workflowId, workflowName, errorWorkflowId, error, startedBy, starters } = message
  if (errorWorkflowId === workflowId) return
  const runnable = await loadRunnable(request.env.DB, teamId, errorWorkflowId, null)
  if (runnable === null) {
    request.log.warn('the error workflow is gone', { runId, errorWorkflowId })
    return
  }
  await startRunnable(request, runnable, {
    input: { runId, workflowId, workflowName, error },
    trigger: { type: 'error', runId },
    // Whoever started the run that failed has caused this one.
    startedBy: startedBy ?? null,
    ...(starters === undefined ? {} : { more: { starters } }),
    options: {},
    once: `error ${runId}`,
  })
}
