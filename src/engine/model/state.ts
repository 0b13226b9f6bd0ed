// The state of a run: one run row, a small row for each activation and for each running loop, and indexes over them
// that can be computed again.
// S1. Rows are plain JSON. Everything else can be rebuilt from rows and plan (`restore`).
// S2. A row's path never changes. `open` contains exactly the paths that are not settled.
// S3. Counters in the run row equal the counts of the rows.
import type { AdoptedOutcome, NodeError, RunMode, Wait } from './event.ts'
import type { Spent, Usage } from './usage.ts'

export const LIVE_STATUSES = ['queued', 'running', 'waiting', 'paused'] as const
export const ENDED_STATUSES = ['succeeded', 'failed', 'cancelled'] as const
export const RUN_STATUSES = [...LIVE_STATUSES, ...ENDED_STATUSES] as const
export type EndedStatus = (typeof ENDED_STATUSES)[number]
export type RunStatus = (typeof RUN_STATUSES)[number]

export type NodeStatus =
  | 'pending'
  | 'running'
  | 'retrying'
  | 'waiting'
  | 'succeeded'
  | 'failed'
  | 'skipped'
  | 'cancelled'
  | 'unknown'

export type Phase = 'queued' | 'active' | 'collecting' | 'failing' | 'undoing' | 'ended'

/** The current stage of an activation with items or a body. All others are at `work`. */
export type Stage = 'work' | 'expand' | 'body' | 'items' | 'collect'

export interface Timer {
  readonly kind: 'timeout' | 'retry' | 'wait'
  readonly at: number
}

export interface EachProgress {
  readonly count: number
  /** The next item to start. */
  next: number
  active: number
  done: number
  failed: number
}

export interface Activation {
  readonly path: string
  /** The number of activations of the run before it. Absent in rows of older code. */
  readonly nth?: number
  readonly node: number
  /** The path of the group activation whose body contains this. '' in the workflow itself. */
  readonly frame: string
  /** One number for each loop around the node, outermost first, from 1. */
  readonly iteration: readonly number[]
  /** -1 unless this is one item of an `each`. */
  readonly item: number
  /** Set on an activation that undoes the activation with this path. */
  readonly undoes: string | null
  status: NodeStatus
  stage: Stage
  /** An outcome of another attempt is late. */
  attempt: number
  failures: number
  crashes: number
  /** While pending: how many forward edges have settled, and how many of them were taken. */
  settled: number
  taken: number
  /** Its number in the queue while it is ready and not started, else 0. */
  ticket: number
  /** What it occupies: one of `maxParallel` slots, or the turn of the shell. */
  holds: 'nothing' | 'slot' | 'turn'
  port: string | null
  causes: readonly string[]
  error: NodeError | null
  wait: Wait | null
  /** A wait that is due and asked to be resumed. */
  due: boolean
  timer: Timer | null
  /**
   * When it first became ready, as a time and as the `seq` of the run. All attempts see the run as it was then.
   * Absent in rows of older code, which see the run as it is.
   */
  readyAt?: number
  readySeq?: number
  /** The deadline of this attempt, including its waits. Absent if the node has no timeout. */
  deadline?: number
  each: EachProgress | null
  /** Units of the body that are not settled. */
  left: number
  /** When the current status began. */
  since: number
  startedAt: number | null
  finishedAt: number | null
  /** Order of completion: the seq of the event that settled it. Adopted ones come before all others. */
  order: number
  adopted: boolean
  /** Absent if no model was called. */
  spent?: Spent
}

export interface RegionState {
  readonly key: string
  readonly region: number
  readonly frame: string
  /** Iterations of the loops around this one. */
  readonly outer: readonly number[]
  iteration: number
  /** Units not settled in this iteration. */
  left: number
  /** Back edges taken in this iteration, each with the path that it came from. */
  back: [edge: number, path: string][]
  /** Leaving edges in the order in which they were taken: the source, and the seq. Absent in older rows. */
  exits: [edge: number, path: string, seq?: number][]
  ended: boolean
}

export interface RunRow {
  runId: string
  keyRoot: string
  mode: RunMode
  parentRunId: string | null
  generations: Readonly<Record<string, number>>
  seq: number
  phase: Phase
  status: RunStatus
  paused: boolean
  /** The run has given up its slot at the gate, and starts nothing before it has one again. */
  held: boolean
  error: NodeError | null
  startedAt: number | null
  finishedAt: number | null
  /** Units of the workflow that are not settled. */
  left: number
  /** The running time so far, and since when it counts now. */
  ranMs: number
  runningSince: number | null
  timeoutAt: number | null
  deadlineAt: number | null
  drainAt: number | null
  tickets: number
  /** Activations that are ready and not started. */
  ready: number
  slots: number
  turns: number
  retrying: number
  waiting: number
  undoing: string | null
  /** Absent if no model was called. */
  usage?: Usage
}

export interface RunState {
  readonly run: RunRow
  readonly activations: Map<string, Activation>
  readonly regions: Map<string, RegionState>
  readonly adopted: Map<string, AdoptedOutcome>
  /** Signals that no wait has taken: name by seq. */
  readonly signals: Map<number, string>
  readonly open: Set<string>
  /** Open activations of the workflow itself that process items. */
  readonly fans: Set<string>
  /** Ready activations in the order of their tickets. Stale entries are skipped. */
  readonly queue: { paths: string[]; head: number }
  /** Paths that wait for a signal, by its name. */
  readonly waiters: Map<string, Set<string>>
  /** The names in `waiters` that are patterns. */
  readonly patterns: Set<string>
  /** The paths still to be undone. The last one is undone first. */
  undo: string[] | null
}

export function newRun(): RunState {
  return {
    run: {
      runId: '',
      keyRoot: '',
      mode: 'start',
      parentRunId: null,
      generations: {},
      seq: 0,
      phase: 'queued',
      status: 'queued',
      paused: false,
      held: false,
      error: null,
      startedAt: null,
      finishedAt: null,
      left: 0,
      ranMs: 0,
      runningSince: null,
      timeoutAt: null,
      deadlineAt: null,
      drainAt: null,
      tickets: 0,
      ready: 0,
      slots: 0,
      turns: 0,
      retrying: 0,
      waiting: 0,
      undoing: null,
    },
    activations: new Map(),
    regions: new Map(),
    adopted: new Map(),
    signals: new Map(),
    open: new Set(),
    fans: new Set(),
    queue: { paths: [], head: 0 },
    waiters: new Map(),
    patterns: new Set(),
    undo: null,
  }
}

export const isTerminal = (status: RunStatus): status is EndedStatus =>
  (ENDED_STATUSES as readonly string[]).includes(status)

export const isSettled = (status: NodeStatus): boolean =>
  status === 'succeeded' || status === 'failed' || status === 'skipped' || status === 'cancelled'

export const hasEnded = (state: RunState): boolean => state.run.phase === 'ended'

/** Whether a run that has given up its slot has work again, and so needs one. */
export const wantsSlot = ({ run }: RunState): boolean => run.held && (run.ready > 0 || run.retrying > 0)

/** Work that continues by itself: in flight, in the shell's turn, in the queue, or between two attempts. */
export const isBusy = ({ run }: RunState): boolean =>
  run.slots > 0 || run.turns > 0 || run.retrying > 0 || run.ready > 0
