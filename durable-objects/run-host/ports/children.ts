// Which run an attempt of `flow.workflow` has, and which it goes on with. Invariants:
// 1. The id of a child is stored before the child starts, with the failures before the attempt that it belongs to: an
//    attempt that was lost in a crash finds its own child, another goes on with it.
// 2. What a child did stands, whatever became of the attempt: one that has succeeded is taken as it is, one that has not is
//    retried. Only other parameters make a new one.

import type { RunStore } from '../rows/store.ts'
import type { Run } from '../turn/scope.ts'

type Asked = { path: string; failures: number; isChanged: boolean }

/** `own`: of this very attempt. `before`: of one before it, here or in the run that this one retries. */
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
