// The names of channels that clients follow, and the object that keeps the log of each.
import { type IdPrefix, isId } from '../core/ids.ts'

const KINDS = {
  /** All runs of the team: start, waits, progress and end. */
  runs: null,
  /** All events of one run, from the run's own log. */
  run: 'run',
  workflow: 'wf',
  tasks: null,
  task: 'tsk',
  deployment: 'dep',
  /** Everything that is created, changed or deleted in the team. */
  changes: null,
  notifications: null,
  announcements: null,
} as const satisfies Record<string, IdPrefix | null>

export type ChannelKind = keyof typeof KINDS

export type Channel = { name: string; kind: ChannelKind; id: string | null }

/** Null if the name is not valid. */
export function parseChannel(name: string): Channel | null {
  const [kind = '', id, ...rest] = name.split(':')
  if (rest.length > 0 || !Object.hasOwn(KINDS, kind)) return null
  const prefix = KINDS[kind as ChannelKind]
  if (prefix === null) return id === undefined ? { name, kind: kind as ChannelKind, id: null } : null
  return id !== undefined && isId(prefix, id) ? { name, kind: kind as ChannelKind, id } : null
}

export const teamHub = (teamId: string): string => `team:${teamId}`
export const userHub = (userId: string): string => `user:${userId}`
/** A team with too many sockets for one object has additional objects, which only hold sockets. */
export const shardOf = (hub: string, shard: number): string => (shard === 0 ? hub : `${hub}~${shard}`)

/** The owner of a connection. A person follows all their teams, an API key only its own team. */
export type ChannelReader = { teamId: string; userId: string; keyId: string | null }

type UserChannel = 'notifications' | 'announcements'

/** What an API key receives on a channel of its owner: only what concerns the key's team. Clients cannot use this name. */
export const logForKeys = (name: UserChannel, teamId: string): string => `${name} of ${teamId}`

/** The name of the log that shows a channel to this reader. */
export const logOf = (name: string, { teamId, keyId }: ChannelReader): string =>
  keyId !== null && (name === 'notifications' || name === 'announcements') ? logForKeys(name, teamId) : name

/** The hub that keeps the log of a channel; null for a run, which keeps its own. */
export function ownerOf({ kind }: Channel, who: { teamId: string; userId: string }): string | null {
  if (kind === 'run') return null
  return kind === 'notifications' || kind === 'announcements' ? userHub(who.userId) : teamHub(who.teamId)
}
