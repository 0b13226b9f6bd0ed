// Scheduled tasks that are due. Invariants:
// 1. A time is claimed and its occurrences are written in one commit, by moving the schedule's next time. So of two
//    ticks one wins, and a crash neither loses nor doubles an occurrence.
// 2. Every occurrence is a separate task with a number, including skipped ones. A task with a single time is started
//    itself.
// 3. A schedule that cannot be fired stops no other: it is logged, and the next tick tries it again.
import type { RequestContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { newId } from '../../../core/ids.ts'
import { PLAN_LIMITS } from '../../../core/plans.ts'
import { commit, type Statement } from '../../../db/commit.ts'
import { dueFires } from '../../../engine/schedule/due-fires.ts'
import { findTeamStart } from '../../workflows/index.ts'
import { wakeDesk } from '../desk/wake.ts'
import type { TaskSchedule } from '../schema/parts.ts'
import {
  deleteOldOccurrences,
  insertOccurrence,
  insertOccurrenceDependency,
  startScheduled,
} from './occurrences-repo.ts'
import { claimDueTask, findDueTasks, type ScheduleRow } from './repo.ts'
import { compiledOf, nextOf } from './times.ts'

/** If more are due, the next tick handles them. */
const MAX_DUE = 2_000
/** How many ended occurrences are kept. Older ones are deleted. */
export const KEPT_OCCURRENCES = 1_000

export async function fireTasks(request: RequestContext): Promise<void> {
  for (const due of await findDueTasks(request.env.DB, request.now(), MAX_DUE))
    await fire(request, due).catch((error: unknown) =>
      request.log.error('a schedule of a task could not be fired', { taskId: due.taskId, error }),
    )
}

type Fires = { times: number[]; next: number | null }

function firesOf(given: TaskSchedule, { nextFireAt, fired }: ScheduleRow, now: number): Fires {
  const compiled = compiledOf(given)
  if (compiled === null || nextFireAt === null)
    return { times: nextFireAt === null ? [] : [nextFireAt], next: null }
  const end = given.endAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(given.endAt)
  const left = given.maxRuns === undefined ? Number.POSITIVE_INFINITY : Math.max(0, given.maxRuns - fired)
  const times = dueFires(compiled, nextFireAt - 1, now, end).fires.slice(0, left)
  return { times, next: nextOf(given, Math.max(now, times.at(-1) ?? 0), fired + times.length) }
}

async function fire(request: RequestContext, due: ScheduleRow): Promise<void> {
  const given = JSON.parse(due.schedule) as TaskSchedule
  const now = request.now()
  const { times, next } = firesOf(given, due, now)
  const team = await findTeamStart(request.env.DB, due.teamId)
  const most = team === null ? 0 : PLAN_LIMITS[team.plan].openTasks
  const overlap = given.overlap ?? 'skip'
  const statements: Statement[] =
    given.at !== undefined
      ? [startScheduled(due.taskId, now)]
      : times.flatMap((at, n) => {
          const id = newId('tsk', now)
          const number = due.fired + n + 1
          const insert = insertOccurrence({ id, of: due.taskId, number, at, overlap, most, now })
          return overlap === 'queue' ? [insert, insertOccurrenceDependency(id, due.taskId, number)] : [insert]
        })
  await commit(
    { ...request, system: true },
    {
      guard: claimDueTask(due, next, times.at(-1) ?? null, times.length),
      statements: [
        ...statements,
        deleteOldOccurrences(due.taskId, due.fired + times.length - KEPT_OCCURRENCES),
      ],
      audit: {
        action: 'task.schedule_fired',
        targetType: 'task',
        targetId: due.taskId,
        teamId: due.teamId,
        after: { fires: times.map(toIso) },
      },
    },
  )
  wakeDesk(request, due.teamId)
}
