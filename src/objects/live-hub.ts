// A hub holds the sockets and streams of a team or a user, and the logs of their channels. Hubs and runs send each other events
// with `deliver`. Everything is plain data, and fields may only be added.
import type { Json } from '../core/json.ts'
import type { TeamEvent } from './team-events.ts'

/** An event with its number in its channel. */
export type Entry = { seq: number; event: Json }

/** `key` identifies the event: published twice with the same key, it is stored once. */
export type Publication = {
  key: string
  event: TeamEvent
  /** The only log that gets it, instead of those of its event. */
  log?: string
}

export type ChannelPage = {
  entries: Entry[]
  head: number
  /** The position is not in the log: it is too old, or never existed. */
  isLost: boolean
}

/** `want`: the next number that the hub expects; null if nobody follows the channel there. */
export type Delivered = { want: number | null }

export type ConnectionStatus = {
  id: string
  channels: { channel: string; seq: number; isLive: boolean }[]
}

/** The owner of a socket or stream, as checked by the route. */
export type Connect = {
  userId: string
  teamId: string
  sessionId: string | null
  keyId: string | null
  /** The scopes of an API key; null for a person. */
  scopes: string[] | null
  /** The maximum number of connections of the user. */
  limit: number
  address: string | null
  userAgent: string | null
  /** Where each channel starts: after this number, or null for the current state. */
  channels: Record<string, number | null>
}

export interface LiveHubRpc {
  /** Stores events in the channels with followers, and sends them. */
  publish(publications: Publication[]): Promise<void>
  /** Another hub follows a channel of this one. Returns the number of its newest event. */
  link(channel: string, hub: string): Promise<number>
  page(channel: string, afterSeq: number, limit: number): Promise<ChannelPage>
  /** From the owner of a channel that this hub follows. */
  deliver(channel: string, entries: Entry[]): Promise<Delivered>
  /** Closes these connections. */
  close(ids: string[], reason: 'rights ended' | 'closed by an administrator'): Promise<void>
  /** The scopes of an API key have changed: its connections leave the channels that it may no longer follow. */
  setScopes(keyId: string, scopes: string[]): Promise<void>
  status(ids: string[]): Promise<ConnectionStatus[]>
}

export type LiveHubNamespace = DurableObjectNamespace<LiveHubRpc & Rpc.DurableObjectBranded>

export const liveHub = (namespace: LiveHubNamespace, name: string): DurableObjectStub & LiveHubRpc =>
  namespace.get(namespace.idFromName(name)) as unknown as DurableObjectStub & LiveHubRpc
