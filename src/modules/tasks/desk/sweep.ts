// For the tick: work for which no desk was woken.
import type { RequestContext } from '../../../context.ts'
import { MINUTE_MS, SECOND_MS } from '../../../core/clock.ts'
import { findTeamsWithLate } from '../../../db/late-teams.ts'
import { prepare, runBatch } from '../../../db/statement.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import { clearReminders } from '../reminders/repo.ts'
import { findTask } from '../repo/tasks.ts'
import { failStart, findLostStarts } from '../runs/repo.ts'
import { cancelUnowned, startClaimed } from '../runs/start.ts'
import { endLeases } from '../workers/repo.ts'
import { findTeamsWithQueue } from './repo/queue.ts'
import { wakeDesk } from './wake.ts'

const LATE_MS = 10 * SECOND_MS
/** Longer than a start takes. */
const START_MS = MINUTE_MS
const MAX_TEAMS = 100
const MAX_STARTS = 100

export async function sweepTasks(request: RequestContext): Promise<void> {
  const { DB } = request.env
  await runBatch(DB, [endLeases(request.now()), clearReminders(request.now())])
  for (const one of await findLostStarts(DB, request.now() - START_MS, MAX_STARTS))
    await startAgain(request, one)
  const late = await findTeamsWithLate(DB, 'task_changes', request.now() - LATE_MS, MAX_TEAMS)
  for (const teamId of new Set([...late, ...(await findTeamsWithQueue(DB, MAX_TEAMS))]))
    wakeDesk(request, teamId)
}

/** A process was lost between the claim and the start. With the same id it is one run, however often it is started. */
async function startAgain(
  request: RequestContext,
  { id, teamId }: { id: string; teamId: string },
): Promise<void> {
  const row = await findTask(request.env.DB, teamId, id)
  if (row === null || row.runId === null || row.runSeq > 0) return
  const { runId, retryOf } = row
  if (retryOf === null) {
    const outcome = await startClaimed(request, { ...row, runId })
    if ('started' in outcome) await cancelUnowned(request, teamId, [{ taskId: id, runId: outcome.runId }])
    return
  }
  // A retry needs the person who requested it. If it was lost, the task returns to its earlier state.
  const run = workflowRun(request.env.RUNS, runId)
  if ((await run.standing()) !== null) await run.report()
  else {
    const lost = { code: 'task.retry_lost', message: 'The retry was lost before it began. Retry it again.' }
    await prepare(request.env.DB, failStart(id, runId, lost, request.now(), retryOf)).run()
  }
}
