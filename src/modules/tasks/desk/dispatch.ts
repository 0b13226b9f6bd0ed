// Starts queued tasks: the most urgent first, as many as the plan has slots for, and only as many of one kind as the
// team's limits allow.
import type { RequestContext } from '../../../context.ts'
import { SECOND_MS } from '../../../core/clock.ts'
import { requireFulfilled } from '../../../core/settled.ts'
import { prepare, runBatch } from '../../../db/statement.ts'
import { findTeamStart, type TeamStart } from '../../workflows/index.ts'
import { withinLimits } from '../pure/room.ts'
import type { TaskRow } from '../repo/columns.ts'
import { findStandingDependencies, type StandingDependency } from '../repo/dependencies.ts'
import { claimQueued } from '../runs/repo.ts'
import { cancelUnowned, nextRunId, type Outcome, startClaimed } from '../runs/start.ts'
import { explainQueue, findNext, type QueuedRow } from './repo/queue.ts'

const MOST_A_PASS = 100
const AT_ONCE = 25
/** Code that frees a slot wakes the desk. This is for missed cases. */
const LOOK_AGAIN_MS = 5_000
/** The reasons of waiting tasks are updated at most this often. */
const EXPLAIN_MS = SECOND_MS

export type Dispatched = {
  /** When to come again. Null if nothing is queued. */
  againAt: number | null
  hasStarted: boolean
}

/** `memory.explainedAt` is when the reasons were last updated. */
export async function dispatchTasks(
  request: RequestContext,
  teamId: string,
  memory: { explainedAt: number },
): Promise<Dispatched> {
  const { next, rooms, isEmpty } = await findNext(request.env.DB, teamId, MOST_A_PASS, request.now())
  if (isEmpty) return { againAt: null, hasStarted: false }
  const { hasStarted, isRefused } = await startNext(request, teamId, withinLimits(next, rooms))
  const explainAt = await explain(request, teamId, memory)
  const times = [
    ...(explainAt === null ? [] : [explainAt]),
    ...(isRefused ? [request.now() + LOOK_AGAIN_MS] : []),
    ...(hasStarted && next.length === MOST_A_PASS ? [request.now()] : []),
  ]
  return { againAt: times.length === 0 ? null : Math.min(...times), hasStarted }
}

/** `isRefused`: the plan has no slots for all of them. */
async function startNext(
  request: RequestContext,
  teamId: string,
  next: QueuedRow[],
): Promise<{ hasStarted: boolean; isRefused: boolean }> {
  const team = next.length === 0 ? null : await findTeamStart(request.env.DB, teamId)
  if (team === null) return { hasStarted: false, isRefused: false }
  const room = Math.min(next.length, Math.max(0, team.freeSlots))
  const left = next.slice(0, room)
  let isRefused = false
  const started: { taskId: string; runId: string }[] = []
  const work = async () => {
    try {
      for (let one = left.shift(); one !== undefined && !isRefused; one = left.shift()) {
        const outcome = await startQueued(request, teamId, one, team)
        if (outcome === null) continue
        if ('waits' in outcome) isRefused = true
        if ('started' in outcome) started.push({ taskId: one.id, runId: outcome.runId })
      }
    } catch (error) {
      // Nothing else starts. What has started is checked as in any pass.
      left.length = 0
      throw error
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: Math.min(AT_ONCE, room) }, work))
  await cancelUnowned(request, teamId, started)
  requireFulfilled(ends)
  return { hasStarted: started.length > 0, isRefused: isRefused || room < next.length }
}

/** Updates the reasons of waiting tasks, or says when to do it. */
async function explain(
  request: RequestContext,
  teamId: string,
  memory: { explainedAt: number },
): Promise<number | null> {
  const now = request.now()
  const dueAt = memory.explainedAt + EXPLAIN_MS
  if (now < dueAt) return dueAt
  memory.explainedAt = now
  await prepare(request.env.DB, explainQueue(teamId)).run()
  return null
}

/** Null if another caller has claimed it. */
async function startQueued(
  request: RequestContext,
  teamId: string,
  { id, attempt }: QueuedRow,
  team: TeamStart,
): Promise<Outcome | null> {
  const runId = await nextRunId(request, { id, teamId, attempt })
  const claim = claimQueued({ taskId: id, teamId, attempt, runId, now: request.now() })
  const [claimed, standing] = await runBatch(request.env.DB, [claim, findStandingDependencies(teamId, [id])])
  const [row] = (claimed?.results ?? []) as TaskRow[]
  if (row === undefined) return null
  const dependencies = (standing?.results ?? []) as StandingDependency[]
  return startClaimed(request, { ...row, runId }, { team, dependencies })
}
