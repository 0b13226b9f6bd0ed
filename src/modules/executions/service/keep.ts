// How long runs are kept, and how their index comes back. Invariants:
// 1. Only ended runs are retired: first their object, then their row, so a crash in between leaves a row that is
//    looked at again, never an object that nobody names.
// 2. The index can be rebuilt: a manifest in R2 names every run of each day, and each run's object reports itself.
import type { RequestContext } from '../../../context.ts'
import { DAY_MS, toIso } from '../../../core/clock.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'

const MOST_RETIRED = 90
const MANIFEST_PAGE = 1_000
const MANIFEST_PREFIX = 'run-manifest/'

export async function retireRuns(request: RequestContext): Promise<number> {
  const { DB, RUNS } = request.env
  const cutoff = request.now() - request.settings.RUN_RETENTION_DAYS * DAY_MS
  const { results } = await DB.prepare(
    'SELECT id FROM runs WHERE finished_at < ? ORDER BY finished_at LIMIT ?',
  )
    .bind(cutoff, MOST_RETIRED)
    .all<{ id: string }>()
  const removed: string[] = []
  for (const { id } of results) {
    try {
      await workflowRun(RUNS, id).remove()
      removed.push(id)
    } catch (error) {
      // One that does not answer must not keep the others; it is tried again with the next tick.
      request.log.warn('a run could not be retired', { runId: id, error })
    }
  }
  if (removed.length > 0) {
    const marks = removed.map(() => '?').join(', ')
    // What a run did not live to take back itself.
    await DB.batch([
      DB.prepare(`DELETE FROM event_waits WHERE run_id IN (${marks})`).bind(...removed),
      DB.prepare(`DELETE FROM runs WHERE id IN (${marks})`).bind(...removed),
    ])
  }
  return removed.length
}

const dayOf = (ms: number): string => toIso(ms).slice(0, 10)

/** Once a day, and only once: the manifest of the day before is there or it is not. */
export async function writeRunManifest(request: RequestContext): Promise<void> {
  const { DB, FILES } = request.env
  const today = Date.parse(`${dayOf(request.now())}T00:00:00.000Z`)
  const day = dayOf(today - DAY_MS)
  const done = `${MANIFEST_PREFIX}${day}/done.json`
  if ((await FILES.head(done)) !== null) return
  let after = { createdAt: 0, id: '' }
  let pages = 0
  let total = 0
  for (;;) {
    const { results } = await DB.prepare(
      `SELECT id, created_at AS createdAt FROM runs WHERE created_at >= ?1 AND created_at < ?2 AND (created_at, id) > (?3, ?4)
       AND deleted_at IS NULL ORDER BY created_at, id LIMIT ?5`,
    )
      .bind(today - DAY_MS, today, after.createdAt, after.id, MANIFEST_PAGE)
      .all<{ id: string; createdAt: number }>()
    if (results.length === 0) break
    const ids = results.map(({ id }) => id)
    await FILES.put(`${MANIFEST_PREFIX}${day}/${String(pages).padStart(6, '0')}.json`, JSON.stringify(ids))
    after = results.at(-1) ?? after
    pages++
    total += ids.length
    if (ids.length < MANIFEST_PAGE) break
  }
  await FILES.put(done, JSON.stringify({ day, pages, total }), { onlyIf: { etagDoesNotMatch: '*' } })
}

export type Reindexed = { day: string; reported: number; missing: number; nextPage: number | null }

/** Has each run of a page of the manifest report itself again. Reports are idempotent, so this may be done at any time. */
export async function reindexRuns(request: RequestContext, day: string, page: number): Promise<Reindexed> {
  const { FILES, RUNS } = request.env
  const file = await FILES.get(`${MANIFEST_PREFIX}${day}/${String(page).padStart(6, '0')}.json`)
  if (file === null) return { day, reported: 0, missing: 0, nextPage: null }
  const ids = await file.json<string[]>()
  const answers = await Promise.allSettled(ids.map((id) => workflowRun(RUNS, id).report()))
  const reported = answers.filter((answer) => answer.status === 'fulfilled' && answer.value).length
  return { day, reported, missing: ids.length - reported, nextPage: page + 1 }
}
