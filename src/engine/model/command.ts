import type { RunStatus } from './state.ts'

/** Timer keys of the run itself. No path can look like these. */
export const RUN_TIMEOUT = '$timeout'
export const RUN_DEADLINE = '$deadline'
export const RUN_DRAIN = '$drain'

/**
 * Requests to the shell. They are lost with the process, and `outstanding` computes again what the state still needs.
 * So the shell stores none of them, except those that leave the run: `cancel_node` with a child, `project` and
 * `end_run` go to the outbox in the commit of their event. `set_timer` replaces the timer with the same key.
 */
export type Command =
  /** Execute a node, or one item. Pure nodes immediately, in this turn; others after their attempt is stored. */
  | {
      readonly type: 'run_node'
      readonly path: string
      readonly node: number
      readonly attempt: number
      readonly item: number
      readonly pure: boolean
      readonly key: string
    }
  /** Evaluate `when` and `each.items`. Answered by `node.expanded`, `node.declined` or `node.failed`. */
  | {
      readonly type: 'expand_node'
      readonly path: string
      readonly node: number
      readonly attempt: number
    }
  /** Compute pure items `from` to `to` (exclusive). Answered by `items.settled`, for all or some of them. */
  | {
      readonly type: 'run_items'
      readonly path: string
      readonly node: number
      readonly attempt: number
      readonly from: number
      readonly to: number
    }
  /**
   * Collect the output of a group or an `each` (answered by `node.succeeded`), or with path '' of the run
   * (`run.collected`).
   */
  | {
      readonly type: 'collect_output'
      readonly path: string
      readonly node: number
      readonly attempt: number
      readonly of: 'run' | 'group' | 'each'
    }
  /** Abort the work and the wait of a node. `child` is the run to cancel with it. */
  | { readonly type: 'cancel_node'; readonly path: string; readonly attempt: number; readonly child?: string }
  /** A wait is due, and its node wants to look again. */
  | { readonly type: 'resume_node'; readonly path: string; readonly node: number; readonly attempt: number }
  /** Check these kept signals (by seq) against the filter of a wait. */
  | {
      readonly type: 'match_signals'
      readonly path: string
      readonly node: number
      readonly attempt: number
      readonly signals: readonly number[]
    }
  | { readonly type: 'set_timer'; readonly key: string; readonly at: number }
  | { readonly type: 'clear_timer'; readonly key: string }
  /** The row of the run in the index has changed. */
  | { readonly type: 'project'; readonly status: RunStatus }
  /** The run has ended: notify the parent, release the gate, send the callback. */
  | { readonly type: 'end_run'; readonly status: RunStatus }
