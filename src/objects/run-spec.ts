// What a run is started with. Its object stores it, so fields may be added but never changed.
import type { Json } from '../core/json.ts'
import type { AdoptedOutcome } from '../engine/model/event.ts'
import type { Bodies } from '../engine/model/plan.ts'
import type { RunKind, RunTrigger } from './run-view.ts'

export type RunParent = {
  runId: string
  /** For a sub-workflow: the activation that waits for it. */
  path?: string
  /** Whether the parent wants the result pushed to it. */
  wait?: boolean
}

export type RunFamily = { root: string; most: number }

/**
 * Who acts on a run, for the audit log. Absent for actions of the system and for callers of earlier releases; then nothing is
 * audited.
 */
export type RunActor = {
  kind: 'user' | 'api_key'
  userId: string
  keyId: string | null
  address: string | null
  userAgent: string | null
  requestId: string
}

export const runActor = ({
  actor: { kind, userId, keyId },
  address,
  userAgent,
  requestId,
}: Pick<RunActor, 'address' | 'userAgent' | 'requestId'> & {
  actor: Pick<RunActor, 'kind' | 'userId' | 'keyId'>
}): RunActor => ({ kind, userId, keyId, address, userAgent, requestId })

/** Everything that defines a run. `start` stores all of it, and the run never reads the workflow again (G6). */
export type RunSpec = {
  runId: string
  teamId: string
  /** Absent for a run of a workflow. */
  kind?: RunKind
  /** The id of the agent, task or other object that the run works for. */
  subjectId?: string
  workflowId: string | null
  workflowVersion: number
  workflowName: string
  /** The definition as JSON text. Its hash is the key in the plan cache. */
  definition: string
  definitionHash: string
  /** The bodies that node types supplied at the start, by node name. The run's host sets them. */
  bodies?: Bodies
  input: Json
  vars: Record<string, Json>
  trigger: RunTrigger
  startedBy: string | null
  /** Everyone who has started this run or one that it follows. Absent if that is only `startedBy`. */
  starters?: string[]
  /** The person or API key that started it directly. Starts by a trigger are recorded by the trigger. */
  by?: RunActor
  entry?: string
  mocks?: Record<string, { output?: Json; port?: string; error?: Json }>
  parent?: RunParent
  /** The root of idempotency keys: the run's own id, or that of the run it retries. */
  keyRoot?: string
  depth?: number
  /** The family of runs caused by one start: the root run, and how many there may be. The root run counts them. */
  family?: RunFamily
  /**
   * How the run gets one of the team's slots for concurrent runs. `taken`: the start has taken one. `line`: the run waits until one is
   * free. `of`: it shares the slot of the run that waits for it. If absent, it takes one when it begins, even above the limit.
   */
  slot?: 'taken' | 'line' | { of: string }
  /** The run that this one retries, reruns or compensates. Absent if that is `parent`, or if it follows none. */
  follows?: string
  /** Which version it and its sub-workflows continue with: the original or the current one. */
  goesOnWith?: 'original' | 'current'
  /** The outcomes that it keeps from the run that it follows. */
  carriedOver?: CarriedOver
  mode?: 'start' | 'retry' | 'rerun' | 'compensate'
  /** The URL that is called with the run when it has ended. */
  callbackUrl?: string
  /** The workflow to start with the error if this run fails. */
  errorWorkflowId?: string
  /** The earliest start time. */
  startAt?: number
  requestId: string
  /** For a start that may be repeated: finds the run even if new runs would now get another place. */
  startKey?: string
  /** The hash of the start request, for starts with an idempotency key. A different body with the same key is refused. */
  requestHash?: string
  /** Details that the start sets, for people and lists. */
  tags?: string[]
  metadata?: Record<string, string | number | boolean>
}

/** These users may not decide approvals of the run, unless the approval allows it. */
export const startersOf = ({ startedBy, starters }: Pick<RunSpec, 'startedBy' | 'starters'>): string[] =>
  starters ?? (startedBy === null ? [] : [startedBy])

export type CarriedOver = {
  outcomes: AdoptedOutcome[]
  generations: Record<string, number>
}
