// How long runs are kept. Invariant: only ended runs are removed. Their object and files go first, then their row. After a crash
// in between, the row remains and the removal is repeated; no object is ever left without a row.
import type { RequestContext } from '../../../context.ts'
import { DAY_MS } from '../../../core/clock.ts'
import { longestDays } from '../../../core/platform-settings.ts'
import { currentSettings } from '../../../db/platform-settings.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import { deleteRunFiles } from '../../files/index.ts'
import { deleteRunRows, findEndedBefore, findEndedOfTeam, type RetiredRun } from './repo.ts'

const MAX_RETIRED = 90

/** For all teams, after the longest retention of any plan. */
export async function retireRuns(request: RequestContext): Promise<number> {
  const days = longestDays(currentSettings(), 'runs', request.settings.RUN_RETENTION_DAYS)
  if (days === null) return 0
  const before = request.now() - days * DAY_MS
  return retire(request, await findEndedBefore(request.env.DB, before, MAX_RETIRED))
}

export async function retireRunsOfTeam(
  request: RequestContext,
  teamId: string,
  before: number,
): Promise<boolean> {
  const ended = await findEndedOfTeam(request.env.DB, teamId, before, MAX_RETIRED)
  await retire(request, ended)
  return ended.length === MAX_RETIRED
}

async function retire(request: RequestContext, ended: RetiredRun[]): Promise<number> {
  const { DB, RUNS } = request.env
  const removed: string[] = []
  for (const { id, teamId, deletedAt } of ended) {
    try {
      await workflowRun(RUNS, id).remove()
      await deleteRunFiles(request, teamId, id)
      removed.push(id)
    } catch (error) {
      // An object that does not respond must not block the others. The next tick tries it again.
      request.log.warn('a run could not be retired', { runId: id, error })
      // Someone deleted the run because its object does not respond. Without this, it would be tried forever.
      if (deletedAt !== null) removed.push(id)
    }
  }
  if (removed.length > 0) await deleteRunRows(DB, removed)
  return removed.length
}
