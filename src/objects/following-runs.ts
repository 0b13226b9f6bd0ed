// What a run answers to runs that follow it: a retry, a rerun or a compensation.
import type { RunPlace } from '../core/run-id.ts'
import type { Problem } from '../engine/model/problem.ts'
import type { RunStatus } from '../engine/model/state.ts'
import type { CarriedOver, RunSpec } from './run-spec.ts'

/** A run that is about to follow this one. */
export type Claim = {
  mode: 'retry' | 'rerun' | 'compensate'
  /** The idempotency key of the request. */
  key?: string
  /** The id of the new run; by default a new one. */
  runId?: string
  /** Where to store it; by default with the run that it follows. */
  place?: RunPlace
  /** Refuses if the run was already rerun or retried. */
  onlyLatest?: boolean
}

export type ClaimAnswer =
  /** `isSame`: the same request, according to its key. */
  | { ok: true; runId: string; isNew: boolean; isSame: boolean; ageMs: number }
  | { ok: false; reason: 'retried' | 'rerun'; runId: string }
  | { ok: false; reason: 'not_there' }

/** The state of a run, for another run that wants to continue with it. */
export type Standing = {
  teamId: string
  status: RunStatus
  retry: string | null
  compensation: string | null
}

export type Undone = {
  paths: string[]
  /** A compensation that has not ended. */
  inProgress: string | null
  /** The run whose outcomes this one has kept. */
  before: string | null
}

export type CarriedOverAnswer =
  /**
   * `mode` if it differs from the request: a compensation is retried by a compensation. `detached`: runs of sub-workflows that this run
   * did not wait for, which a compensation leaves alone.
   */
  | { ok: true; spec: RunSpec; carriedOver: CarriedOver; mode?: 'compensate'; detached?: string[] }
  | {
      ok: false
      reason: 'not_found' | 'conflict' | 'changed'
      detail: string
      problems?: Problem[]
      /** The field of the request that is at fault. A conflict without a field is with the run itself. */
      field?: string
    }
