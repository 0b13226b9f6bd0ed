// What a screen shows of a run, as the fold makes it of events.
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
  /** Null while it is under way. */
  to: number | null
  outcome: 'open' | 'succeeded' | 'failed' | 'cancelled'
  /** It only waited: nothing was at work. */
  waited: boolean
  error: StepError | null
}

/** Items of an `each`. Those that only compute are told in batches: each below `settled` is done. */
export type Items = {
  count: number
  done: number
  failed: number
  settled: number
  places: ReadonlyMap<number, Place>
}

/** One node in one place of the run: one iteration, one item. */
export type Place = {
  path: string
  status: PlaceStatus
  attempt: number
  tries: readonly Try[]
  from: number | null
  to: number | null
  wait: Wait | null
  /** Why it was skipped, or is tried again. */
  reason: string | null
  error: StepError | null
  port: string | null
  isAdopted: boolean
  /** What it said last of how far it is. */
  said: unknown
  items: Items | null
}

/** The iterations of a step inside one item, or at the top. */
export type Spot = readonly Place[]

/** A step of the definition, with all places it has in the run. */
export type Step = {
  key: string
  spots: ReadonlyMap<string, Spot>
  /** How many of its places are in a status. Items of an `each` are counted in `items`. */
  counts: Readonly<Partial<Record<PlaceStatus, number>>>
  items: { count: number; done: number; failed: number }
  /** How often the run went on at a port. */
  ports: ReadonlyMap<string, number>
  /** The place that changed last. */
  last: Place | null
}

export type Live = {
  lastSeq: number
  /** An event is missing: those behind it are not taken until it has come. */
  hasHole: boolean
  status: 'queued' | 'running' | 'waiting' | 'paused' | 'succeeded' | 'failed' | 'cancelled'
  progress: number
  startedAt: number | null
  endedAt: number | null
  isUndoing: boolean
  queuedFor: string | null
  error: StepError | null
  /** What is open and waits, by path. */
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
