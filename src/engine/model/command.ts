import type { RunStatus } from './state.ts'

/** Timer keys of the run itself; no path can look like these. */
export const RUN_TIMEOUT = '$timeout'
export const RUN_DEADLINE = '$deadline'
export const RUN_DRAIN = '$drain'

/**
 * Wishes. They are lost with the process; `outstanding` gives again all that the state still asks for, so the shell
 * stores none of them but what leaves the run: `cancel_node` with a child, `project` and `end_run` go to the outbox in
 * the commit of their event. `set_timer` replaces the timer of the same key.
 */
export type Command =
  /** Do the work of a node, or of one item. Pure ones at once, in this turn; others after their intent is stored. */
  | {
      readonly type: 'run_node'
      readonly path: string
      readonly node: number
      readonly attempt: number
      readonly item: number
      readonly pure: boolean
      readonly key: string
    }
  /** Evaluate `when` and `each.items`; answered by `node.expanded`, `node.declined` or `node.failed`. */
  | {
      readonly type: 'expand_node'
      readonly path: string
      readonly node: number
      readonly attempt: number
    }
  /** Compute pure items `from` to `to` (exclusive); answered by `items.settled`, whole or in part. */
  | {
      readonly type: 'run_items'
      readonly path: string
      readonly node: number
      readonly attempt: number
      readonly from: number
      readonly to: number
    }
  /** Put together the output of a group, an `each` (by `node.succeeded`) or, with path '', the run (`run.collected`). */
  | {
      readonly type: 'collect_output'
      readonly path: string
      readonly node: number
      readonly attempt: number
      readonly of: 'run' | 'group' | 'each'
    }
  /** Abort the work and drop the wait of a node; `child` names the run to cancel with it. */
  | { readonly type: 'cancel_node'; readonly path: string; readonly attempt: number; readonly child?: string }
  /** A wait came due and its node wants to look again. */
  | { readonly type: 'resume_node'; readonly path: string; readonly node: number; readonly attempt: number }
  /** Hold these kept signals (by seq) against the filter of a wait. */
  | {
      readonly type: 'match_signals'
      readonly path: string
      readonly node: number
      readonly attempt: number
      readonly signals: readonly number[]
    }
  | { readonly type: 'set_timer'; readonly key: string; readonly at: number }
  | { readonly type: 'clear_timer'; readonly key: string }
  /** The run's line in the index has changed. */
  | { readonly type: 'project'; readonly status: RunStatus }
  /** Terminal: tell the parent, release the gate, call back. */
  | { readonly type: 'end_run'; readonly status: RunStatus }
