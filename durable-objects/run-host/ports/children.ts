// Which child run an attempt of `flow.workflow` uses. Invariants:
// 1. The id of a child is stored before the child starts, with the number of failures before this attempt. An attempt
//    that was lost in a crash finds its own child; a later attempt continues that child.
// 2. The work of a child stays valid, whatever happened to the attempt: a child that succeeded is used as it is, any
//    other is retried. Only different parameters create a new child.
import type { RunStore } from '../rows/store.ts'
import type { Run } from '../turn/scope.ts'

type Asked = { path: string; failures: number; isChanged: boolean }

/**
 * `own`: the child of this attempt. `before`: the child of an earlier attempt, here or in the run that this one
 * retries.
 */
export function knownChild(
  run: Run,
  store: RunStore,
  { path, failures, isChanged }: Asked,
): { own: string | null; before: string | null } {
  const known = store.readChild(path)
  if (known !== null)
    return known.failures === failures
      ? { own: known.runId, before: known.follows ?? null }
      : { own: null, before: known.runId }
  const before = run.state.adopted.get(path)?.child
  return { own: null, before: isChanged ? null : (before ?? null) }
}
