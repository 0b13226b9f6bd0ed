// What a run has of the host that keeps it.
import type { Env } from '../../src/env.ts'
import type { Crashes } from './life/crashes.ts'
import type { RunStore } from './rows/store.ts'
import type { FollowersContext } from './show/followers.ts'

export type RunPlace = {
  readonly env: Env
  readonly runId: string
  readonly store: RunStore
  /** For the fault hook of tests alone. */
  readonly state: DurableObjectState
  /** The sockets that follow this run. */
  readonly sockets: FollowersContext['state']
  readonly alarm: { set(at: number): void; remove(): void }
  /** The run was loaded before in this process and left memory at rest: nothing was lost. */
  readonly wasAtRest: boolean
  /** It is known what the run was lost by, so what was under way beside that is not to blame. */
  readonly isLossKnown: boolean
  readonly crashes: Crashes
  now(): number
  /** The writes of a turn: all or none. */
  transaction<T>(work: () => T): T
  /** Waits until what is written is on the disk. */
  sync(): Promise<void>
  /** The run in memory is not what is stored any more: it is loaded again. */
  drop(): void
  /** Ends the object, with all runs in it: the disk is full. */
  abort(reason: string): void
  /** Has the host report the run to the index soon. */
  wantReport(): void
}
