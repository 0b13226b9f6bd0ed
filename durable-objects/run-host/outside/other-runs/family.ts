// All runs that one start has led to, through sub-workflows and error workflows at any depth. Each asks the first run
// before it starts, one after another, so the limit is exact.
import { smallestPlan } from '../../../../src/core/plans.ts'
import type { RunShell } from '../../run-shell.ts'

/** Counts a run once, even if it is asked twice. */
export function countDescendant(
  { run, store }: Pick<RunShell, 'run' | 'store'>,
  runId: string,
): 'counted' | 'full' | 'gone' {
  if (run === null) return 'gone'
  if (store.hasDescendant(runId)) return 'counted'
  // A run from before families were counted has no limit in its spec.
  const most = run.spec.family?.most ?? smallestPlan.descendantRuns
  if (store.countDescendants() >= most) return 'full'
  store.addDescendant(runId)
  return 'counted'
}
