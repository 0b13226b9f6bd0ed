import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import type { Page } from '../../../db/paginate.ts'
import { upcoming } from '../../../engine/schedule/next-fire.ts'
import { compileSchedule } from '../../../engine/schedule/trigger.ts'
import { findUpcoming, type UpcomingRow } from '../repo.ts'
import { type ListUpcoming, type StoredTrigger, StoredTriggers, type UpcomingFire } from '../schema.ts'

/** The first time is the stored one, which the tick will use. The others are computed from the schedule. */
export async function listUpcoming(
  ctx: ServiceContext,
  { workflowId = '', each, limit }: ListUpcoming,
): Promise<Page<UpcomingFire>> {
  const rows = await findUpcoming(ctx.env.DB, {
    teamId: ctx.actor.teamId,
    workflowId: workflowId === '' ? null : workflowId,
    limit,
  })
  const fires = rows.flatMap((row) => firesOf(row, each))
  fires.sort((a, b) => a.at - b.at)
  return { items: fires.slice(0, limit).map((fire) => ({ ...fire, at: toIso(fire.at) })), nextCursor: null }
}

function firesOf(row: UpcomingRow, each: number): (Omit<UpcomingFire, 'at'> & { at: number })[] {
  const [trigger] = StoredTriggers.parse([JSON.parse(row.config)]) as [StoredTrigger]
  if (trigger.type !== 'schedule') return []
  const schedule = compileSchedule(trigger)
  const later = schedule.ok ? upcoming(schedule.value, row.nextFireAt, each - 1) : []
  return [row.nextFireAt, ...later].map((at) => ({
    at,
    workflowId: row.workflowId,
    workflowName: row.workflowName,
    triggerKey: row.key,
    cron: trigger.cron ?? null,
    everyMs: trigger.everyMs ?? null,
    timezone: trigger.timezone ?? 'UTC',
  }))
}
