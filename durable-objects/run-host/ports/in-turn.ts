// Limits how many sub-workflows of a team are started at the same time, so that a team whose runs start ever more of
// them leaves the machine to others. The count is in the memory of the isolate, which the teams share. Invariants:
// 1. First come, first served. A waiting caller polls with its own timer, because promises do not work across
//    objects.
// 2. A place is a lease, and so is a position in the queue: an object that is lost keeps neither.
import { setTimeout as pause } from 'node:timers/promises'

const MAX_AT_ONCE = 3
const LEASE_MS = 10_000
const POLL_MS = 20
const LOST_MS = 2_000

type Team = {
  /** The start time of each. */
  busy: Map<symbol, number>
  /** When each has polled last, in the order of arrival. */
  line: Map<symbol, number>
}

const teams = new Map<string, Team>()

export async function inTurn<T>(
  teamId: string,
  signal: AbortSignal,
  now: () => number,
  work: () => Promise<T>,
): Promise<T> {
  const team = teams.get(teamId) ?? { busy: new Map(), line: new Map() }
  teams.set(teamId, team)
  const place = Symbol(teamId)
  try {
    while (!takePlace(team, place, now())) {
      // Stops if the attempt was cancelled.
      signal.throwIfAborted()
      await pause(POLL_MS)
    }
    return await work()
  } finally {
    team.busy.delete(place)
    team.line.delete(place)
    if (team.busy.size === 0 && team.line.size === 0) teams.delete(teamId)
  }
}

export function takePlace({ busy, line }: Team, place: symbol, now: number): boolean {
  line.set(place, now)
  for (const [other, since] of busy) if (now - since > LEASE_MS) busy.delete(other)
  let ahead = 0
  for (const [other, seenAt] of line) {
    if (other === place) break
    if (now - seenAt > LOST_MS) line.delete(other)
    else ahead++
  }
  if (busy.size + ahead >= MAX_AT_ONCE) return false
  line.delete(place)
  busy.set(place, now)
  return true
}
