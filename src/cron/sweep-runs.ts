import type { RequestContext } from '../context.ts'
import { workflowRun } from '../objects/workflow-run.ts'

/** D1 binds at most 100 parameters. */
const MOST_RUNS = 90
/** A run that was looked at is looked at again after this, unless it reports by itself before. */
const AGAIN_MS = 10 * 60_000

/** Alarms wake runs by themselves; this finds those whose alarm was lost, and those that D1 has not heard of for long. */
export async function sweepRuns(request: RequestContext): Promise<void> {
  const d1 = request.env.DB
  const now = request.now()
  const { results } = await d1
    .prepare('SELECT id FROM runs WHERE wake_by <= ? ORDER BY wake_by LIMIT ?')
    .bind(now, MOST_RUNS)
    .all<{ id: string }>()
  if (results.length === 0) return
  await Promise.allSettled(results.map(({ id }) => workflowRun(request.env.RUNS, id).poke()))
  const marks = results.map(() => '?').join(', ')
  await d1
    .prepare(`UPDATE runs SET wake_by = ? WHERE id IN (${marks}) AND wake_by IS NOT NULL`)
    .bind(now + AGAIN_MS, ...results.map(({ id }) => id))
    .run()
}
