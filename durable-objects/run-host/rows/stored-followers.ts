// The stored ids of runs that follow this one.
import type { RunStore } from './store.ts'

const META = 'followers'

type Follower = { runId: string; key?: string; at?: number }

export type FollowedBy = {
  retry?: Follower
  compensate?: Follower & {
    /** What it has undone, once it has reported that. */
    undone?: string[]
  }
  /** The newest rerun. */
  rerun?: Follower
}

export const readFollowers = (store: RunStore): FollowedBy =>
  JSON.parse(store.readMeta(META) ?? '{}') as FollowedBy

export const writeFollowers = (store: RunStore, followers: FollowedBy): void =>
  store.writeMeta(META, JSON.stringify(followers))
