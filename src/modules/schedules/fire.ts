// Fires due schedules. Invariants:
// 1. One commit claims a fire and records it: moving `next_fire_at` is the guard, and each start is an outbox row in the same
//    batch. A crash before the commit loses nothing, and after it the run still starts. Of two ticks, one wins.
// 2. The schedule and the time of the last claim determine which fires are due. A missed tick is made up for as the trigger's
//    `missed` says, and no fire happens twice.
// 3. Jitter only delays a start, always by the same amount for the same fire.
// 4. A schedule that cannot be fired does not stop the others of its page. The tick fails with its error afterwards.
import type { RequestContext } from '../../context.ts'
import { toIso } from '../../core/clock.ts'
import { fnv1a } from '../../core/fnv.ts'
import { requireFulfilled } from '../../core/settled.ts'
import { commit } from '../../db/commit.ts'
import { dueFires, jitteredStart } from '../../engine/schedule/due-fires.ts'
import type { Schedule } from '../../engine/schedule/next-fire.ts'
import { compileSchedule } from '../../engine/schedule/trigger.ts'
import type { QueueMessage } from '../../queue/messages/index.ts'
import { claimSchedule, type DueSchedule, findDueSchedules } from '../triggers/index.ts'

const PAGE = 100
const AT_ONCE = 6
/** If more are due, the next tick handles them, while they still count as on time. */
const MAX_PAGES = 20

export async function fireSchedules(request: RequestContext): Promise<void> {
  for (let page = 0; page < MAX_PAGES; page++) {
    const due = await findDueSchedules(request.env.DB, request.now(), PAGE)
    const left = [...due]
    const ends: PromiseSettledResult<void>[] = []
    const work = async () => {
      for (let next = left.pop(); next !== undefined; next = left.pop())
        ends.push(...(await Promise.allSettled([fire(request, next)])))
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    requireFulfilled(ends)
    if (due.length < PAGE) return
  }
}

async function fire(request: RequestContext, due: DueSchedule): Promise<void> {
  const compiled = compileSchedule(JSON.parse(due.config) as Parameters<typeof compileSchedule>[0])
  if (!compiled.ok) request.log.error('a schedule cannot be read', { triggerId: due.triggerId })
  // Unclaimed fires start at `nextFireAt`. Fires before that were claimed, or the schedule was inactive.
  const { fires, nextFireAt } = compiled.ok
    ? dueFires(compiled.value, due.nextFireAt - 1, request.now())
    : { fires: [], nextFireAt: null }
  await commit(
    { ...request, system: true },
    {
      guard: claimSchedule(due, nextFireAt, fires.at(-1) ?? null),
      audit: {
        action: 'schedule.fired',
        targetType: 'trigger',
        targetId: due.triggerId,
        teamId: due.teamId,
        after: { fires: fires.map(toIso) },
      },
      messages: compiled.ok ? fires.map((at) => startMessage(due, compiled.value, at, request.now())) : [],
    },
  )
}

function startMessage(
  due: DueSchedule,
  schedule: Schedule,
  scheduledFor: number,
  claimedAt: number,
): QueueMessage {
  const startAt = jitteredStart(schedule, due.triggerId, scheduledFor, fnv1a)
  return {
    type: 'run.start',
    teamId: due.teamId,
    triggerId: due.triggerId,
    scheduledFor,
    claimedAt,
    ...(startAt > scheduledFor ? { startAt } : {}),
  }
}
