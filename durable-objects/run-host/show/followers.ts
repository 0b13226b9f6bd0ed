// Who follows a run through a socket or a stream, and until when. Invariants:
// 1. A follower is first added here and then inserted into the index in D1, by a statement that checks its rights.
//    Only then does it get events. So code that ends rights either runs before that statement or finds the follower.
// 2. What must survive hibernation is in the socket: its tag is its name, and its attachment contains its end. A
//    stream keeps the object awake, so memory is enough for it.
// 3. Each follower is ended at its time; the alarm is set for the earliest. There is no polling.
import { newId } from '../../../src/core/ids.ts'
import type { Env } from '../../../src/env.ts'
import {
  deleteFollowers,
  type FollowerRights,
  insertFollower,
  MAX_FOLLOW_MS,
} from '../../../src/modules/runs/index.ts'
import { type Cursor, cursorOf } from './live.ts'

export const MAX_FOLLOWERS = 200

/**
 * How many frames a client may send at once, and how many more per second: enough to page through a long run as fast
 * as it can read.
 */
const FRAMES_AT_ONCE = 300
const FRAMES_PER_SECOND = 10

const RIGHTS_ENDED = 1008

type Stream = { endsAt: number; end: () => void }
type FrameBudget = { left: number; at: number }

export type Followers = ReturnType<typeof runFollowers>

export type FollowersContext = {
  env: Env
  state: Pick<DurableObjectState, 'getWebSockets' | 'getTags' | 'acceptWebSocket' | 'waitUntil'>
  now: () => number
  /** Calls `endDue` at this time. */
  wakeAt: (at: number) => void
}

export function runFollowers({ env, state, now, wakeAt }: FollowersContext) {
  const streams = new Map<string, Stream>()
  const budgets = new Map<string, FrameBudget>()

  const nameOf = (socket: WebSocket): string => state.getTags(socket)[0] ?? ''
  const endOf = (socket: WebSocket): number => cursorOf(socket).endsAt ?? Number.POSITIVE_INFINITY

  /**
   * Inserts the follower into the index. Null if its rights have ended in the meantime. Callers with older code pass
   * no rights.
   */
  async function enter(id: string, runId: string, rights: FollowerRights | null): Promise<number | null> {
    if (rights === null) return now() + MAX_FOLLOW_MS
    return insertFollower(env.DB, { ...rights, id, runId }, now())
  }

  function drop(id: string): void {
    budgets.delete(id)
    // If this fails, the tick deletes the row when it expires.
    state.waitUntil(deleteFollowers(env.DB, [id]).catch(() => undefined))
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

    /** False if the rights have ended. The socket is then closed. */
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

    /**
     * Null if the rights have ended. Otherwise returns what the stream must call at its end. `end` ends the stream
     * from here.
     */
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

    /** Called by code that has ended the rights. It deletes the rows of the index itself. */
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

    /** Whether a client respects its rate limit. */
    mayReceive(socket: WebSocket): boolean {
      const id = nameOf(socket)
      const budget = budgets.get(id) ?? { left: FRAMES_AT_ONCE, at: now() }
      const more = ((now() - budget.at) / 1_000) * FRAMES_PER_SECOND
      budget.left = Math.min(FRAMES_AT_ONCE, budget.left + more) - 1
      budget.at = now()
      budgets.set(id, budget)
      return budget.left >= 0
    },
  }
}
