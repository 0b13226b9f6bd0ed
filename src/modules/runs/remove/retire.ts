// How long runs are kept. Invariants:
// 1. Only ended runs are removed. Their object and files go first, then their row. After a crash in between, the row remains and the removal
//    is repeated; no object is ever left without a row.
// 2. Runs go in small pages, and other requests are served in between. A run that cannot be removed does not stop the others.
import type { RequestContext } from '../../../context.ts'
import { DAY_MS } from '../../../core/clock.ts'
import { longestDays } from '../../../core/platform-settings.ts'
import { hostOf } from '../../../core/run-id.ts'
import { yieldToEventLoop } from '../../../core/yield.ts'
import { currentSettings } from '../../../db/platform-settings.ts'
import { runBatch } from '../../../db/statement.ts'
import { namedHost } from '../../../objects/workflow-run.ts'
import { deleteRunFiles, deleteUsesOfRuns, findRunsWithFiles } from '../../files/index.ts'
import { deleteRunRows, findEndedBefore, findEndedOfTeam, type RetiredRun } from './repo.ts'

const PAGE = 50
/** A tick ends after this time, or after as many calls, which Cloudflare limits for each tick. The next one continues. */
const MAX_MS = 20_000
const MAX_CALLS = 500
/** The queries of a page. Each host is one more call. */
const QUERIES_A_PAGE = 3
const MAX_FAILED = 200

/** For all teams, after the longest retention of any plan. Returns how many runs were removed. */
export async function retireRuns(request: RequestContext): Promise<number> {
  const days = longestDays(currentSettings(), 'runs', request.settings.RUN_RETENTION_DAYS)
  if (days === null) return 0
  const before = request.now() - days * DAY_MS
  const { removed } = await retirePages(request, (without) =>
    findEndedBefore(request.env.DB, before, without, PAGE),
  )
  return removed
}

/** True if the next tick must continue. */
export async function retireRunsOfTeam(
  request: RequestContext,
  teamId: string,
  before: number,
): Promise<boolean> {
  const { hasMore } = await retirePages(request, (without) =>
    findEndedOfTeam(request.env.DB, teamId, before, without, PAGE),
  )
  return hasMore
}

async function retirePages(
  request: RequestContext,
  find: (without: readonly string[]) => Promise<RetiredRun[]>,
): Promise<{ removed: number; hasMore: boolean }> {
  const endAt = request.now() + MAX_MS
  const failed: string[] = []
  let removed = 0
  let calls = 0
  while (failed.length < MAX_FAILED) {
    if (calls >= MAX_CALLS || request.now() >= endAt) return { removed, hasMore: true }
    const ended = await find(failed)
    const hosts = Map.groupBy(ended, ({ id }) => hostOf(id))
    const gone = await retire(request, hosts)
    removed += gone.length
    if (ended.length < PAGE) break
    failed.push(...ended.map(({ id }) => id).filter((id) => !gone.includes(id)))
    calls += hosts.size + QUERIES_A_PAGE
    await yieldToEventLoop()
  }
  return { removed, hasMore: false }
}

/** Returns the runs that are gone. */
async function retire(
  request: RequestContext,
  hosts: ReadonlyMap<string, readonly RetiredRun[]>,
): Promise<string[]> {
  const { DB } = request.env
  const removed: string[] = []
  for (const [host, ended] of hosts) removed.push(...(await removeFrom(request, host, ended)))
  if (removed.length === 0) return []
  const kept = new Set<string>()
  for (const { runId, teamId } of await findRunsWithFiles(DB, removed)) {
    try {
      await deleteRunFiles(request, teamId, runId)
    } catch (error) {
      request.log.warn('the files of a run could not be deleted', { runId, error })
      kept.add(runId)
    }
  }
  const gone = removed.filter((id) => !kept.has(id))
  await runBatch(DB, [...deleteRunRows(gone), deleteUsesOfRuns(gone)])
  return gone
}

async function removeFrom(
  { env, log }: RequestContext,
  host: string,
  ended: readonly RetiredRun[],
): Promise<string[]> {
  let removed: ReadonlySet<string> = new Set()
  try {
    removed = new Set(await namedHost(env.RUNS, host).removeRuns(ended.map(({ id }) => id)))
  } catch (error) {
    // An object that does not respond must not block the others. The next tick tries it again.
    log.warn('the runs of a host could not be retired', { host, error })
  }
  // A deleted run whose object does not respond would be tried forever.
  return ended.filter(({ id, deletedAt }) => removed.has(id) || deletedAt !== null).map(({ id }) => id)
}
