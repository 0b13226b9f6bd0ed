import type { RequestContext } from '../../../context.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import type { RunRemove } from '../../../queue/messages/runs.ts'

/** The run has its tombstone, or gets it at the same time. Removing an object that is gone changes nothing. */
export async function removeRunObject(request: RequestContext, { runId }: RunRemove): Promise<void> {
  await workflowRun(request.env.RUNS, runId).remove({ forGood: true })
}
