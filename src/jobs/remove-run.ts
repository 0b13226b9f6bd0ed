import type * as z from 'zod'
import type { RequestContext } from '../context.ts'
import { workflowRun } from '../objects/workflow-run.ts'
import type { RunRemove } from '../queue/messages.ts'

/** The run has its tombstone; removing again what is gone changes nothing. */
export async function removeRun(
  request: RequestContext,
  { runId }: z.infer<typeof RunRemove>,
): Promise<void> {
  await workflowRun(request.env.RUNS, runId).remove({ forGood: true })
}
