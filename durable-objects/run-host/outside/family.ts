// The runs that one start has led to, through sub-workflows and error workflows, however deep. The first run keeps count of
// them, since each of them asks it before it begins: one after the other, so the limit is exact.
import { smallestPlan } from '../../../src/core/plans.ts'
import type { RunShell } from '../run-shell.ts'

/** Asking twice for one run is asking once. */
export function countDescendant(
  { run, store }: Pick<RunShell, 'run' | 'store'>,
  runId: string,
): 'counted' | 'full' | 'gone' {
  if (run === null) return 'gone'
  if (store.hasDescendant(runId)) return 'counted'
  // A run of before families were counted names no limit.
  const most = run.spec.family?.most ?? smallestPlan.descendantRuns
  if (store.countDescendants() >= most) return 'full'
  store.addDescendant(runId)
  return 'counted'
}
