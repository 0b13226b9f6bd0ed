// Deletes what is no longer kept, also if another test's tick has stopped in the middle.
import { env } from 'cloudflare:workers'
import type { RequestContext } from '../../src/context.ts'
import { newId } from '../../src/core/ids.ts'
import { retainByPlan } from '../../src/cron/retention.ts'
import { prepare } from '../../src/db/statement.ts'
import { findPosition, putPosition } from '../../src/db/sweep-position.ts'
import { retireRuns } from '../../src/modules/runs/remove/retire.ts'
import { withContext } from './jobs.ts'

/** Begins with the oldest run. */
export async function retireFromStart(request: RequestContext): Promise<number> {
  await prepare(env.DB, putPosition('retire runs', { position: '', nextAt: 0 })).run()
  return retireRuns(request)
}

/** By plan. The sweep of the tick visits all teams, a page at a time. Here it begins at teams that were created at this time or later. */
export async function retainTeamsSince(at: number): Promise<void> {
  const position = newId('team', at - 1)
  await prepare(env.DB, putPosition('retention', { position, nextAt: 0 })).run()
  do await withContext(retainByPlan)
  while ((await findPosition(env.DB, 'retention')).position !== '')
}
