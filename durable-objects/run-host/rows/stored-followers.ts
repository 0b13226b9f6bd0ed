// The runs that follow this one, as they are remembered.
import type { RunStore } from './store.ts'

const META = 'followers'

type Follower = { runId: string; key?: string; at?: number }

export type FollowedBy = {
  retry?: Follower
  compensate?: Follower & {
    /** What it has undone, once it tells so. */
    undone?: string[]
  }
  /** The newest. */
  rerun?: Follower
}

export const readFollowers = (store: RunStore): FollowedBy =>
  JSON.parse(store.readMeta(META) ?? '{}') as FollowedBy

export const writeFollowers = (store: RunStore, followers: FollowedBy): void =>
  store.writeMeta(META, JSON.stringify(followers))
