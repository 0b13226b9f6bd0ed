// Schedules that are due. Invariants:
// 1. A fire is claimed and written down in one commit: moving `next_fire_at` is the guard, and each start is an outbox row
//    of the same batch. A crash before it loses nothing, one after it starts all the same, and of two ticks one wins.
// 2. Which fires are due follows from the schedule and from where the last claim has left off, so a tick that was missed
//    is made up for as the trigger's `missed` says, and no instant comes twice.
// 3. Jitter only ever makes a start later, by the same for the same fire.
import type { RequestContext } from '../../context.ts'
import { toIso } from '../../core/clock.ts'
import { fnv1a } from '../../core/fnv.ts'
import { commit } from '../../db/commit.ts'
import { dueFires, jitteredStart } from '../../engine/schedule/due-fires.ts'
import type { Schedule } from '../../engine/schedule/next-fire.ts'
import { compileSchedule } from '../../engine/schedule/trigger.ts'
import type { QueueMessage } from '../../queue/messages/index.ts'
import { claimSchedule, type DueSchedule, findDueSchedules } from '../triggers/index.ts'

const PAGE = 100
const AT_ONCE = 6
/** A tick leaves what is more than this to the next one, within the time in which a fire still counts as on time. */
const MAX_PAGES = 20

export async function fireSchedules(request: RequestContext): Promise<void> {
  for (let page = 0; page < MAX_PAGES; page++) {
    const due = await findDueSchedules(request.env.DB, request.now(), PAGE)
    const left = [...due]
    const work = async () => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) await fire(request, next)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    if (due.length < PAGE) return
  }
}

async function fire(request: RequestContext, due: DueSchedule): Promise<void> {
  const compiled = compileSchedule(JSON.parse(due.config) as Parameters<typeof compileSchedule>[0])
  if (!compiled.ok) request.log.error('a schedule cannot be read', { triggerId: due.triggerId })
  // What was not claimed starts at `nextFireAt`: the time before it was claimed, or the schedule was off.
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
      messages: compiled.ok ? fires.map((at) => startMessage(due, compiled.value, at)) : [],
    },
  )
}

function startMessage(due: DueSchedule, schedule: Schedule, scheduledFor: number): QueueMessage {
  const startAt = jitteredStart(schedule, due.triggerId, scheduledFor, fnv1a)
  return {
    type: 'run.start',
    teamId: due.teamId,
    triggerId: due.triggerId,
    scheduledFor,
    ...(startAt > scheduledFor ? { startAt } : {}),
  }
}
