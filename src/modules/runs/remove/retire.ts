// How long runs are kept. Invariants:
// 1. Only ended runs are removed. Their object and files go first, then their row. After a crash in between, the row remains and the removal
//    is repeated; no object is ever left without a row.
// 2. Runs go in small pages, and other requests are served in between. A run that cannot be removed does not stop the others: each page and
//    each tick begins after the last run that was tried. After the newest run, the next tick begins with the oldest again.
import type { RequestContext } from '../../../context.ts'
import { DAY_MS } from '../../../core/clock.ts'
import { longestDays } from '../../../core/platform-settings.ts'
import { hostOf } from '../../../core/run-id.ts'
import { TickBudget } from '../../../core/tick-budget.ts'
import { yieldToEventLoop } from '../../../core/yield.ts'
import { currentSettings } from '../../../db/platform-settings.ts'
import { prepare, runBatch } from '../../../db/statement.ts'
import { findPosition, putPosition } from '../../../db/sweep-position.ts'
import { namedHost } from '../../../objects/workflow-run.ts'
import { callsToDeleteFiles, deleteRunFiles, deleteUsesOfRuns, findRunsWithFiles } from '../../files/index.ts'
import { deleteRunRows, findEndedBefore, findEndedOfTeam, type Place, type RetiredRun } from './repo.ts'

const PAGE = 50
const START: Place = { at: 0, id: '' }

/** Whose runs are removed, and where the last tick stopped. A round over one team ends before that over the next one begins. */
type Round = { name: string; teamId: string; find: (after: Place) => Promise<RetiredRun[]> }

/** For all teams, after the longest retention of any plan. Returns how many runs were removed. */
export async function retireRuns(
  request: RequestContext,
  budget: TickBudget = new TickBudget(request.now),
): Promise<number> {
  const days = longestDays(currentSettings(), 'runs', request.settings.RUN_RETENTION_DAYS)
  if (days === null) return 0
  const before = request.now() - days * DAY_MS
  const find = (after: Place) => findEndedBefore(request.env.DB, before, after, PAGE)
  const { removed } = await retirePages(request, budget, { name: 'retire runs', teamId: '', find })
  return removed
}

/** True if the next tick must continue. */
export async function retireRunsOfTeam(
  request: RequestContext,
  teamId: string,
  before: number,
  budget: TickBudget = new TickBudget(request.now),
): Promise<boolean> {
  const find = (after: Place) => findEndedOfTeam(request.env.DB, teamId, before, after, PAGE)
  const { hasMore } = await retirePages(request, budget, { name: 'retire runs of a team', teamId, find })
  return hasMore
}

async function retirePages(
  request: RequestContext,
  budget: TickBudget,
  { name, teamId, find }: Round,
): Promise<{ removed: number; hasMore: boolean }> {
  const { DB } = request.env
  const begun = await findPosition(DB, name)
  budget.spend(1)
  let place = placeIn(begun.position, teamId)
  let removed = 0
  let hasMore = true
  while (hasMore && !budget.isSpent) {
    const ended = await find(place)
    budget.spend(1)
    const { gone, left } = await retire(request, budget, ended)
    removed += gone
    place = lastTried(ended, left) ?? place
    hasMore = ended.length === PAGE || left.size > 0
    await yieldToEventLoop()
  }
  const position = hasMore ? JSON.stringify({ teamId, ...place }) : ''
  if (position !== begun.position) {
    await prepare(DB, putPosition(name, { position, nextAt: 0 })).run()
    budget.spend(1)
  }
  return { removed, hasMore }
}

function placeIn(position: string, teamId: string): Place {
  if (position === '') return START
  const stored: Place & { teamId: string } = JSON.parse(position)
  return stored.teamId === teamId ? { at: stored.at, id: stored.id } : START
}

/** The last run before those that are left. The first one counts as tried, so that no run holds up the next tick. */
function lastTried(ended: readonly RetiredRun[], left: ReadonlySet<string>): Place | undefined {
  const firstLeft = ended.findIndex(({ id }) => left.has(id))
  return firstLeft === -1 ? ended.at(-1) : ended[Math.max(firstLeft, 1) - 1]
}

/** Returns how many runs are gone, and those that are left to the next tick because the budget is spent. */
async function retire(
  request: RequestContext,
  budget: TickBudget,
  ended: readonly RetiredRun[],
): Promise<{ gone: number; left: ReadonlySet<string> }> {
  const { DB } = request.env
  const removed: string[] = []
  const left = new Set<string>()
  for (const [host, runs] of Map.groupBy(ended, ({ id }) => hostOf(id))) {
    // A host that responds slowly may use all the time. The first one is always tried.
    if (host !== hostOf(ended[0]?.id ?? '') && budget.isSpent) for (const { id } of runs) left.add(id)
    else removed.push(...(await removeFrom(request, budget, host, runs)))
  }
  if (removed.length === 0) return { gone: 0, left }
  const kept = new Set<string>()
  for (const { runId, teamId, files } of await findRunsWithFiles(DB, removed)) {
    if (budget.isSpent) {
      left.add(runId)
      continue
    }
    budget.spend(callsToDeleteFiles(files))
    try {
      await deleteRunFiles(request, teamId, runId)
    } catch (error) {
      request.log.warn('the files of a run could not be deleted', { runId, error })
      kept.add(runId)
    }
  }
  const gone = removed.filter((id) => !kept.has(id) && !left.has(id))
  await runBatch(DB, [...deleteRunRows(gone), deleteUsesOfRuns(gone)])
  budget.spend(2)
  return { gone: gone.length, left }
}

async function removeFrom(
  { env, log }: RequestContext,
  budget: TickBudget,
  host: string,
  ended: readonly RetiredRun[],
): Promise<string[]> {
  let removed: ReadonlySet<string> = new Set()
  budget.spend(1)
  try {
    removed = new Set(await namedHost(env.RUNS, host).removeRuns(ended.map(({ id }) => id)))
  } catch (error) {
    // An object that does not respond must not block the others. It is tried again later.
    log.warn('the runs of a host could not be retired', { host, error })
  }
  // A deleted run whose object does not respond would be tried forever.
  return ended.filter(({ id, deletedAt }) => removed.has(id) || deletedAt !== null).map(({ id }) => id)
}
