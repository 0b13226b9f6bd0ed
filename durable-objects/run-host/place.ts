// What a run gets from its host.
import type { Env } from '../../src/env.ts'
import type { Crashes } from './life/crashes.ts'
import type { RunStore } from './rows/store.ts'
import type { FollowersContext } from './show/followers.ts'

export type RunPlace = {
  readonly env: Env
  readonly runId: string
  readonly store: RunStore
  /** Only for the fault hook of tests. */
  readonly state: DurableObjectState
  /** The sockets that follow this run. */
  readonly sockets: FollowersContext['state']
  readonly alarm: { set(at: number): void; remove(): void }
  /** The run was loaded before in this process and was unloaded while idle, so nothing was lost. */
  readonly wasIdle: boolean
  /** It is known which work made the run fail, so other work in progress did not cause it. */
  readonly isLossKnown: boolean
  readonly crashes: Crashes
  now(): number
  /** Commits all writes of a turn, or none. */
  transaction<T>(work: () => T): T
  /** Waits until all writes are on disk. */
  sync(): Promise<void>
  /** Memory differs from the stored run, so the run is loaded again. */
  drop(): void
  /** Ends the object with all its runs: the disk is full. */
  abort(reason: string): void
  /** Reports the run to the index soon. */
  wantReport(): void
}
