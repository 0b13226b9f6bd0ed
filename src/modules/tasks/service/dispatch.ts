// Starts queued tasks: the most urgent first, as many as the plan has slots for, and only as many of one kind as the
// team's limits allow.
import type { RequestContext } from '../../../context.ts'
import { prepare } from '../../../db/statement.ts'
import { loadTeamStart } from '../../workflows/index.ts'
import { findTask } from '../repo/tasks.ts'
import { claimQueued, explainQueue, findNext, type QueuedRow } from '../repo/work.ts'
import { nextRunId, startClaimed } from './run-task.ts'

const MOST_A_PASS = 100
const AT_ONCE = 10
/** Code that frees a slot wakes the desk. This is for missed cases. */
const LOOK_AGAIN_MS = 5_000

/** When to come again. Null if nothing is queued. */
export async function dispatchTasks(request: RequestContext, teamId: string): Promise<number | null> {
  const { DB } = request.env
  const next = await findNext(DB, teamId, MOST_A_PASS, request.now())
  if (next.length === 0) {
    await prepare(DB, explainQueue(teamId)).run()
    return null
  }
  const team = await loadTeamStart(DB, teamId)
  if (team === null) return null
  const room = Math.min(next.length, Math.max(0, team.freeSlots))
  const left = next.slice(0, room)
  let isRefused = false
  const work = async () => {
    for (let one = left.shift(); one !== undefined && !isRefused; one = left.shift()) {
      const outcome = await startQueued(request, teamId, one, team)
      if (outcome === 'waits') isRefused = true
    }
  }
  if (room > 0) await Promise.all(Array.from({ length: AT_ONCE }, work))
  await prepare(DB, explainQueue(teamId)).run()
  if (isRefused || room < next.length) return request.now() + LOOK_AGAIN_MS
  return next.length === MOST_A_PASS ? request.now() : null
}

async function startQueued(
  request: RequestContext,
  teamId: string,
  { id, attempt }: QueuedRow,
  team: Awaited<ReturnType<typeof loadTeamStart>> & object,
): Promise<'started' | 'waits' | 'gone'> {
  const { DB } = request.env
  const runId = await nextRunId(request, { id, teamId, attempt })
  const claim = claimQueued({ taskId: id, teamId, attempt, runId, now: request.now() })
  const { results } = await prepare(DB, claim).all()
  if (results.length === 0) return 'gone'
  const row = await findTask(DB, teamId, id)
  if (row === null) return 'gone'
  const outcome = await startClaimed(request, { ...row, runId }, { team })
  return 'waits' in outcome ? 'waits' : 'started'
}
