import type { RequestContext } from '../../../context.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import type { RunRemove } from '../../../queue/messages/runs.ts'

/** The run already has its tombstone. Removing an object that is gone changes nothing. */
export async function removeRunObject(request: RequestContext, { runId }: RunRemove): Promise<void> {
  await workflowRun(request.env.RUNS, runId).remove({ forGood: true })
}
