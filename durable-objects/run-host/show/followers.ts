// Who follows a run by a socket or a stream, and until when. Invariants:
// 1. A follower is here first and then entered into the index in D1, by a statement that asks whether its rights hold; only
//    then does it get an event. So whoever ends rights either comes before that statement or finds the follower.
// 2. What has to survive hibernation is with the socket: its tag is its name, its end stands in the attachment. A stream
//    keeps the object awake, so memory is enough for it.
// 3. Each ends at its time by itself: the alarm holds the nearest. Nothing here asks anybody at intervals.
import { newId } from '../../../src/core/ids.ts'
import type { Env } from '../../../src/env.ts'
import {
  dropFollowers,
  enterFollower,
  type FollowerRights,
  MAX_FOLLOW_MS,
} from '../../../src/modules/runs/index.ts'
import { type Cursor, cursorOf } from './live.ts'

export const MAX_FOLLOWERS = 200

/** What a client may say at once, and how much more each second: enough to page through a long run as fast as it reads. */
const FRAMES_AT_ONCE = 300
const FRAMES_A_SECOND = 10

const RIGHTS_ENDED = 1008

type Stream = { endsAt: number; end: () => void }
type Talk = { left: number; at: number }

export type Followers = ReturnType<typeof runFollowers>

export type FollowersContext = {
  env: Env
  state: Pick<DurableObjectState, 'getWebSockets' | 'getTags' | 'acceptWebSocket' | 'waitUntil'>
  now: () => number
  /** Has `endDue` called at this time. */
  wakeAt: (at: number) => void
}

export function runFollowers({ env, state, now, wakeAt }: FollowersContext) {
  const streams = new Map<string, Stream>()
  const talks = new Map<string, Talk>()

  const nameOf = (socket: WebSocket): string => state.getTags(socket)[0] ?? ''
  const endOf = (socket: WebSocket): number => cursorOf(socket).endsAt ?? Number.POSITIVE_INFINITY

  /** Asks the index; null when the rights have ended meanwhile. Without rights it is a caller of before they were passed. */
  async function enter(id: string, runId: string, rights: FollowerRights | null): Promise<number | null> {
    if (rights === null) return now() + MAX_FOLLOW_MS
    return enterFollower(env.DB, { ...rights, id, runId }, now())
  }

  function drop(id: string): void {
    talks.delete(id)
    // What is not dropped now is dropped by the tick when its time is over.
    state.waitUntil(dropFollowers(env.DB, [id]).catch(() => undefined))
  }

  function arm(): void {
    const ends = [...state.getWebSockets().map(endOf), ...[...streams.values()].map(({ endsAt }) => endsAt)]
    const next = Math.min(...ends)
    if (Number.isFinite(next)) wakeAt(next)
  }

  return {
    arm,
    hasNoStreams: (): boolean => streams.size === 0,
    isFull: (): boolean => state.getWebSockets().length + streams.size >= MAX_FOLLOWERS,

    /** False when the rights have ended; the socket is closed then. */
    async addSocket(socket: WebSocket, runId: string, rights: FollowerRights | null): Promise<boolean> {
      const id = newId('flw', now())
      state.acceptWebSocket(socket, [id])
      try {
        const endsAt = await enter(id, runId, rights)
        if (endsAt === null) {
          socket.close(RIGHTS_ENDED, 'rights ended')
          return false
        }
        socket.serializeAttachment({ afterSeq: 0, live: false, endsAt } satisfies Cursor)
      } catch (error) {
        socket.close(1011, 'not available')
        throw error
      }
      arm()
      return true
    },

    /** Null when the rights have ended; otherwise what the stream calls at its end. `end` ends it from here. */
    async addStream(
      runId: string,
      rights: FollowerRights | null,
      end: () => void,
    ): Promise<(() => void) | null> {
      const id = newId('flw', now())
      const stream: Stream = { endsAt: now() + MAX_FOLLOW_MS, end }
      streams.set(id, stream)
      try {
        const endsAt = await enter(id, runId, rights)
        if (endsAt === null) {
          streams.delete(id)
          end()
          return null
        }
        stream.endsAt = endsAt
      } catch (error) {
        streams.delete(id)
        end()
        throw error
      }
      arm()
      return () => {
        if (streams.delete(id)) drop(id)
      }
    },

    closed: (socket: WebSocket): void => drop(nameOf(socket)),

    /** By whoever has ended their rights, and takes them out of the index. */
    unfollow(ids: readonly string[]): void {
      for (const id of ids) {
        for (const socket of state.getWebSockets(id)) socket.close(RIGHTS_ENDED, 'rights ended')
        streams.get(id)?.end()
      }
    },

    endDue(): void {
      for (const socket of state.getWebSockets())
        if (endOf(socket) <= now()) socket.close(RIGHTS_ENDED, 'connect again')
      for (const { endsAt, end } of [...streams.values()]) if (endsAt <= now()) end()
      arm()
    },

    endAll(code: number, reason: string): void {
      for (const socket of state.getWebSockets()) socket.close(code, reason)
      for (const { end } of [...streams.values()]) end()
    },

    /** Whether a client still keeps to the rate of its frames. */
    mayTalk(socket: WebSocket): boolean {
      const id = nameOf(socket)
      const talk = talks.get(id) ?? { left: FRAMES_AT_ONCE, at: now() }
      const more = ((now() - talk.at) / 1_000) * FRAMES_A_SECOND
      talk.left = Math.min(FRAMES_AT_ONCE, talk.left + more) - 1
      talk.at = now()
      talks.set(id, talk)
      return talk.left >= 0
    },
  }
}
