import { DAY_MS, MINUTE_MS } from '../../../core/clock.ts'

/** When to ask a run that answered again, unless it reports before. */
const ANSWERED_AGAIN_MS = 10 * MINUTE_MS
/** A run that does not answer is asked again soon, then less and less often, so that it does not take the tick's time from others. */
const SILENT_AGAIN_MS = 2 * MINUTE_MS
const MAX_SILENT_AGAIN_MS = DAY_MS

const MARK_ANSWERED = `SET wake_by = ?1 + ${ANSWERED_AGAIN_MS}, stuck_since = NULL`
const MARK_SILENT = `SET wake_by = ?1 + min(${MAX_SILENT_AGAIN_MS}, max(${SILENT_AGAIN_MS}, ?1 - coalesce(stuck_since, ?1))),
  stuck_since = coalesce(stuck_since, ?1), slot = CASE WHEN status = 'running' THEN NULL ELSE slot END`

export async function findDueRuns(d1: D1Database, now: number, limit: number): Promise<string[]> {
  const { results } = await d1
    .prepare('SELECT id FROM runs WHERE wake_by <= ? ORDER BY wake_by LIMIT ?')
    .bind(now, limit)
    .all<{ id: string }>()
  return results.map(({ id }) => id)
}

/** Records which runs answered. Runs that have ended since need no further checks. */
export async function markAsked(
  d1: D1Database,
  { answered, silent }: { answered: string[]; silent: string[] },
  now: number,
): Promise<void> {
  const mark = (set: string, ids: string[]) =>
    d1
      .prepare(
        `UPDATE runs ${set} WHERE id IN (${ids.map((_, i) => `?${i + 2}`).join(', ')}) AND wake_by IS NOT NULL`,
      )
      .bind(now, ...ids)
  const marks = [
    ...(answered.length > 0 ? [mark(MARK_ANSWERED, answered)] : []),
    ...(silent.length > 0 ? [mark(MARK_SILENT, silent)] : []),
  ]
  if (marks.length > 0) await d1.batch(marks)
}
