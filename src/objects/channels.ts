// Channels that clients follow, by name, and which object keeps the log of each.
import { type IdPrefix, isId } from '../core/ids.ts'

const KINDS = {
  /** Every run of the team: its begin, waits, progress and end. */
  runs: null,
  /** Every event of one run, from the run's own log. */
  run: 'run',
  workflow: 'wf',
  tasks: null,
  task: 'tsk',
  deployment: 'dep',
  /** What is created, changed and deleted in the team. */
  changes: null,
  notifications: null,
  announcements: null,
} as const satisfies Record<string, IdPrefix | null>

export type ChannelKind = keyof typeof KINDS

export type Channel = { name: string; kind: ChannelKind; id: string | null }

/** Null for what is no name of a channel. */
export function parseChannel(name: string): Channel | null {
  const [kind = '', id, ...rest] = name.split(':')
  if (rest.length > 0 || !Object.hasOwn(KINDS, kind)) return null
  const prefix = KINDS[kind as ChannelKind]
  if (prefix === null) return id === undefined ? { name, kind: kind as ChannelKind, id: null } : null
  return id !== undefined && isId(prefix, id) ? { name, kind: kind as ChannelKind, id } : null
}

export const teamHub = (teamId: string): string => `team:${teamId}`
export const userHub = (userId: string): string => `user:${userId}`
/** A team with more sockets than one object takes has further ones, which only hold sockets. */
export const shardOf = (hub: string, shard: number): string => (shard === 0 ? hub : `${hub}~${shard}`)

/** Whose connection it is. A person follows what is theirs in all their teams; a key belongs to one team. */
export type ChannelReader = { teamId: string; userId: string; keyId: string | null }

/** What a key hears of its owner's notifications: those about its team. No client can name it. */
export const teamNotifications = (teamId: string): string => `notifications of ${teamId}`

/** The name of the log that shows a channel to this reader. */
export const logOf = (name: string, { teamId, keyId }: ChannelReader): string =>
  name === 'notifications' && keyId !== null ? teamNotifications(teamId) : name

/** The hub that keeps the log of a channel; null for a run, which keeps its own. */
export function ownerOf({ kind }: Channel, who: { teamId: string; userId: string }): string | null {
  if (kind === 'run') return null
  return kind === 'notifications' || kind === 'announcements' ? userHub(who.userId) : teamHub(who.teamId)
}
