// What happens in a run. A fact is what the shell tells the core. An event is what the log stores. Every accepted
// fact becomes one event, followed by the events that the core derives from it (`auto`). A replay only feeds the
// facts.
import type { Json } from '../../core/json.ts'
import type { Usage } from './usage.ts'

export interface NodeError {
  readonly code: string
  readonly message: string
  /** Absent means yes: a policy with more than one attempt retries. */
  readonly retryable?: boolean
  readonly retryAfterMs?: number
  /** The effect may have happened. Makes an at-most-once node `unknown`. */
  readonly outcomeUnknown?: boolean
  /** The path of the activation that failed first, if the error comes from inside a group or an item. */
  readonly cause?: string
  readonly details?: Json
}

/** The code for a node that was stopped while its at-most-once effect may have happened. */
export const OUTCOME_UNKNOWN = 'node.outcome_unknown'

/** Where an output is: small ones in the event, others by reference. The core only passes it on. */
export type Output = Json | undefined

/** What happens when a wait is due: an outcome, or `resume_node`, so that the node looks again. */
export type OnDue = { port: string; output?: Output } | { error: NodeError } | 'resume'

export interface Wait {
  readonly kind: 'timer' | 'signal' | 'approval' | 'child'
  /** Signal: the awaited name. Child: its run id. Approval: its id. */
  readonly name?: string
  /** When it is due. Absent: it waits forever. */
  readonly until?: number
  readonly onDue?: OnDue
}

/** What a retry, rerun or compensation keeps of the run that it follows. */
export interface AdoptedOutcome {
  readonly path: string
  /**
   * A recorded outcome is kept. `unknown`: an at-most-once effect may have happened, so a person resolves it. `open`:
   * no outcome is kept, and the node runs again with the same time as before.
   */
  readonly status: 'succeeded' | 'failed' | 'unknown' | 'open'
  readonly port: string
  readonly causes: readonly string[]
  readonly order: number
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly error?: NodeError
  /** When it first became ready. */
  readonly readyAt?: number
  /** The parameters of the last time that it was sent. */
  readonly sent?: Sent
  /** The last run that the node started, for a `flow.workflow` that waits for it. */
  readonly child?: string
}

/** What the shell knows of the last time that an effect was sent. The core passes it on. */
export interface Sent {
  /** A hash of the evaluated parameters. */
  readonly params: string
  /** What was added to the idempotency key because the parameters had changed. */
  readonly suffix?: string
}

export type RunMode = 'start' | 'retry' | 'rerun' | 'compensate'

interface OnNode {
  readonly path: string
  readonly attempt: number
}

export type Fact =
  | { readonly type: 'run.queued'; readonly reason?: Json }
  | { readonly type: 'run.adopted'; readonly outcomes: readonly AdoptedOutcome[] }
  | {
      readonly type: 'run.started'
      readonly runId: string
      /** The root of idempotency keys: the run's own id, or the parent's in a retry. */
      readonly keyRoot: string
      readonly mode?: RunMode
      readonly parentRunId?: string
      /** The node that the trigger names. Without it, every entry starts. */
      readonly entry?: string
      /** Effects that were undone. Their keys contain this generation. */
      readonly generations?: Readonly<Record<string, number>>
      /** Why the run cannot start. It fails immediately. */
      readonly error?: NodeError
      readonly detail?: Json
    }
  | { readonly type: 'run.paused'; readonly by?: string }
  | { readonly type: 'run.resumed'; readonly by?: string }
  /** The run only waits, and gives up its slot at the gate. Nothing starts until it is admitted again. */
  | { readonly type: 'run.yielded' }
  | { readonly type: 'run.admitted' }
  | { readonly type: 'run.cancel_requested'; readonly by?: string; readonly reason?: string }
  /** The answer to `collect_output` of the run itself. */
  | { readonly type: 'run.collected'; readonly output?: Output; readonly error?: NodeError }
  /** The answer to `expand_node`: the number of items of an `each`, none for a group. */
  | (OnNode & { readonly type: 'node.expanded'; readonly count?: number })
  | (OnNode & {
      readonly type: 'node.succeeded'
      readonly port?: string
      readonly output?: Output
      /** The seq of the signal that a wait took. */
      readonly signal?: number
      readonly detail?: Json
      readonly usage?: Usage
    })
  /** `givenUp`: the shell gives up. The node fails for good, whatever it is doing, and no policy retries it. */
  | (OnNode & {
      readonly type: 'node.failed'
      readonly error: NodeError
      readonly givenUp?: true
      readonly usage?: Usage
    })
  /** `when` was false. */
  | (OnNode & { readonly type: 'node.declined' })
  | (OnNode & { readonly type: 'node.waiting'; readonly wait: Wait })
  | (OnNode & { readonly type: 'node.progress'; readonly data?: Json })
  /**
   * The attempt was lost with the process. Its effect may have happened. It counts as a crash, not as a failure. With
   * `isBystander`, the cause is known and counted elsewhere, and it counts as nothing.
   */
  | (OnNode & { readonly type: 'node.crashed'; readonly isBystander?: true })
  /** One of our own bindings is down. Counts as nothing. */
  | (OnNode & { readonly type: 'node.deferred'; readonly delayMs: number; readonly reason?: string })
  /** A person resolves an `unknown` outcome. */
  | (OnNode & {
      readonly type: 'node.resolved'
      readonly outcome: 'succeeded' | 'failed' | 'retry'
      readonly port?: string
      readonly output?: Output
      readonly error?: NodeError
      readonly by?: string
    })
  /** Pure items `from`, `from + 1`, … of an `each`, in order. `failed` lists those that failed. */
  | (OnNode & {
      readonly type: 'items.settled'
      readonly from: number
      readonly count: number
      readonly failed?: readonly { readonly item: number; readonly error: NodeError }[]
      readonly outputs?: Output
    })
  | { readonly type: 'timer.fired'; readonly key: string }
  | { readonly type: 'signal.received'; readonly name: string; readonly id?: string; readonly data?: Json }
  /** A message of a node, or a message that was sent to the run. */
  | {
      readonly type: 'log'
      readonly level: string
      readonly message: string
      readonly path?: string
      readonly by?: string
      readonly status?: string
      readonly data?: Json
    }

export type Derived =
  | { readonly type: 'node.started'; readonly path: string; readonly attempt: number }
  | { readonly type: 'node.skipped'; readonly path: string }
  | { readonly type: 'node.cancelled'; readonly path: string }
  | {
      readonly type: 'node.retrying'
      readonly path: string
      readonly attempt: number
      readonly reason: 'failed' | 'crashed' | 'deferred' | 'resolved'
      /** When the next attempt starts. */
      readonly nextAt: number
      /** For an attempt that failed. */
      readonly error?: NodeError
    }
  | { readonly type: 'node.unknown'; readonly path: string; readonly error?: NodeError }
  /** An outcome from the core itself: a group or `each` that failed, a wait that is due, an adopted outcome. */
  | {
      readonly type: 'node.settled'
      readonly path: string
      readonly attempt?: number
      readonly status: 'succeeded' | 'failed'
      readonly port: string | null
      readonly output?: Output
      readonly error?: NodeError
      readonly adopted?: true
    }
  /** An outcome that came after its attempt was over. It changes nothing, but its cost is counted. */
  | {
      readonly type: 'node.late'
      readonly path: string
      readonly attempt: number
      readonly outcome: string
      readonly usage?: Usage
    }
  | { readonly type: 'run.waiting' }
  | { readonly type: 'run.running' }
  | { readonly type: 'run.failing'; readonly error: NodeError }
  | { readonly type: 'run.undoing'; readonly count: number }
  | { readonly type: 'run.succeeded' }
  | { readonly type: 'run.failed'; readonly error: NodeError }
  | { readonly type: 'run.cancelled'; readonly by?: string; readonly reason?: string }

interface Recorded {
  /** Without gaps, from 1. */
  readonly seq: number
  readonly at: number
}

export type FactEvent = Fact & Recorded & { readonly auto?: undefined }
export type DerivedEvent = Derived & Recorded & { readonly auto: true }
export type RunEvent = FactEvent | DerivedEvent
