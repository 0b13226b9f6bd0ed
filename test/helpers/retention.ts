// Deletes what the plans of teams no longer keep. The sweep of the tick visits all teams, a page at a time. Here it
// begins at teams that were created at this time or later.
import { env } from 'cloudflare:workers'
import { newId } from '../../src/core/ids.ts'
import { retainByPlan } from '../../src/cron/retention.ts'
import { prepare } from '../../src/db/statement.ts'
import { findPosition, putPosition } from '../../src/db/sweep-position.ts'
import { withContext } from './jobs.ts'

export async function retainTeamsSince(at: number): Promise<void> {
  const position = newId('team', at - 1)
  await prepare(env.DB, putPosition('retention', { position, nextAt: 0 })).run()
  do await withContext(retainByPlan)
  while ((await findPosition(env.DB, 'retention')).position !== '')
}
