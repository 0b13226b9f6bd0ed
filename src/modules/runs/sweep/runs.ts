import type { RequestContext } from '../../../context.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import { findDueRuns, markAsked } from './repo.ts'

/** D1 binds at most 100 parameters. */
const MAX_RUNS = 90

/** Alarms wake runs. This finds runs whose alarm was lost, and runs that have not reported for long. */
export async function sweepRuns(request: RequestContext): Promise<void> {
  const { DB, RUNS } = request.env
  const now = request.now()
  const due = await findDueRuns(DB, now, MAX_RUNS)
  const answers = await Promise.allSettled(due.map((id) => workflowRun(RUNS, id).poke()))
  const answered: string[] = []
  const silent: string[] = []
  due.forEach((runId, at) => {
    const answer = answers[at]
    if (answer?.status === 'fulfilled') answered.push(runId)
    else {
      silent.push(runId)
      request.log.warn('a run could not be woken', { runId, error: answer?.reason })
    }
  })
  await markAsked(DB, { answered, silent }, now)
}
