// How long runs are kept. Invariant: only ended runs are retired: first their object, then their row, so a crash in
// between leaves a row that is looked at again, never an object that nobody names.
import type { RequestContext } from '../../../context.ts'
import { DAY_MS } from '../../../core/clock.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'

const MOST_RETIRED = 90

export async function retireRuns(request: RequestContext): Promise<number> {
  const { DB, RUNS } = request.env
  const cutoff = request.now() - request.settings.RUN_RETENTION_DAYS * DAY_MS
  const { results } = await DB.prepare(
    'SELECT id, deleted_at AS deletedAt FROM runs WHERE finished_at < ? ORDER BY finished_at LIMIT ?',
  )
    .bind(cutoff, MOST_RETIRED)
    .all<{ id: string; deletedAt: number | null }>()
  const removed: string[] = []
  for (const { id, deletedAt } of results) {
    try {
      await workflowRun(RUNS, id).remove()
      removed.push(id)
    } catch (error) {
      // One that does not answer must not keep the others; it is tried again with the next tick.
      request.log.warn('a run could not be retired', { runId: id, error })
      // Somebody has deleted it because it does not answer: it would be asked for ever.
      if (deletedAt !== null) removed.push(id)
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
