// The state of a run for the screen, as the fold computes it from events.
import type { StepError } from './event.ts'

export type PlaceStatus =
  | 'pending'
  | 'running'
  | 'retrying'
  | 'waiting'
  | 'succeeded'
  | 'failed'
  | 'skipped'
  | 'cancelled'
  | 'unknown'

export type Wait = { kind: string; name: string | null; since: number; until: number | null }

export type Try = {
  attempt: number
  from: number
  /** Null while it is active. */
  to: number | null
  outcome: 'open' | 'succeeded' | 'failed' | 'cancelled'
  /** It was only waiting; nothing was active. */
  waited: boolean
  error: StepError | null
}

/** Items of an `each`. Items that only compute are reported in batches: all below `settled` are done. */
export type Items = {
  count: number
  done: number
  failed: number
  settled: number
  places: ReadonlyMap<number, Place>
}

/** One execution of a node in the run: one iteration and one item. */
export type Place = {
  path: string
  status: PlaceStatus
  attempt: number
  tries: readonly Try[]
  from: number | null
  to: number | null
  wait: Wait | null
  /** Why it was skipped or is retried. */
  reason: string | null
  error: StepError | null
  port: string | null
  isAdopted: boolean
  /** The last reported progress. */
  reported: unknown
  items: Items | null
}

/** The iterations of a step in one item, or at the top level. */
export type Spot = readonly Place[]

/** A step of the definition with all its places in the run. */
export type Step = {
  key: string
  spots: ReadonlyMap<string, Spot>
  /** The number of its places by status. Items of an `each` are counted in `items`. */
  counts: Readonly<Partial<Record<PlaceStatus, number>>>
  items: { count: number; done: number; failed: number }
  /** How often the run continued at a port. */
  ports: ReadonlyMap<string, number>
  /** The place that changed last. */
  last: Place | null
}

export type Live = {
  lastSeq: number
  /** An event is missing. Later ones are applied when it has arrived. */
  hasHole: boolean
  status: 'queued' | 'running' | 'waiting' | 'paused' | 'succeeded' | 'failed' | 'cancelled'
  progress: number
  startedAt: number | null
  endedAt: number | null
  isUndoing: boolean
  queuedFor: string | null
  error: StepError | null
  /** Everything that is active or waiting, by path. */
  waits: ReadonlyMap<string, Wait>
  steps: ReadonlyMap<string, Step>
}

export const NOTHING_YET: Live = {
  lastSeq: 0,
  hasHole: false,
  status: 'queued',
  progress: 0,
  startedAt: null,
  endedAt: null,
  isUndoing: false,
  queuedFor: null,
  error: null,
  waits: new Map(),
  steps: new Map(),
}

export const hasEnded = (status: string): boolean =>
  status === 'succeeded' || status === 'failed' || status === 'cancelled'

export const isSettled = (status: PlaceStatus): boolean =>
  status === 'succeeded' || status === 'failed' || status === 'skipped' || status === 'cancelled'
