import type { RequestContext } from '../context.ts'
import { DAY_MS, MINUTE_MS } from '../core/clock.ts'
import { workflowRun } from '../objects/workflow-run.ts'

/** D1 binds at most 100 parameters. */
const MOST_RUNS = 90
/** A run that was looked at is looked at again after this, unless it reports by itself before. */
const AGAIN_MS = 10 * MINUTE_MS
/** One that does not answer is asked again soon, then ever more rarely: it must not keep the tick from the others. */
const SILENT_AGAIN_MS = 2 * MINUTE_MS
const SILENT_MOST_MS = DAY_MS

const MARK_AWAKE = 'SET wake_by = ?, stuck_since = NULL'
const MARK_SILENT = `SET wake_by = ?1 + min(${SILENT_MOST_MS}, max(${SILENT_AGAIN_MS}, ?1 - coalesce(stuck_since, ?1))),
  stuck_since = coalesce(stuck_since, ?1), slot = CASE WHEN status = 'running' THEN NULL ELSE slot END`

/** Alarms wake runs by themselves; this finds those whose alarm was lost, and those that D1 has not heard of for long. */
export async function sweepRuns(request: RequestContext): Promise<void> {
  const d1 = request.env.DB
  const now = request.now()
  const { results } = await d1
    .prepare('SELECT id FROM runs WHERE wake_by <= ? ORDER BY wake_by LIMIT ?')
    .bind(now, MOST_RUNS)
    .all<{ id: string }>()
  if (results.length === 0) return
  const answers = await Promise.allSettled(results.map(({ id }) => workflowRun(request.env.RUNS, id).poke()))
  const awake: string[] = []
  const silent: string[] = []
  results.forEach(({ id }, at) => {
    const answer = answers[at]
    if (answer?.status === 'fulfilled') awake.push(id)
    else {
      silent.push(id)
      request.log.warn('a run could not be woken', { runId: id, error: answer?.reason })
    }
  })
  const mark = (set: string, at: number, ids: string[]) =>
    d1
      .prepare(`UPDATE runs ${set} WHERE id IN (${ids.map(() => '?').join(', ')}) AND wake_by IS NOT NULL`)
      .bind(at, ...ids)
  const marks = [
    ...(awake.length > 0 ? [mark(MARK_AWAKE, now + AGAIN_MS, awake)] : []),
    ...(silent.length > 0 ? [mark(MARK_SILENT, now, silent)] : []),
  ]
  await d1.batch(marks)
}
