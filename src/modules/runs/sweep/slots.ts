import type { RequestContext } from '../../../context.ts'
import { deleteExpiredLeases, findHoldersBesideLines } from '../repo/leases.ts'
import { admitWaitingEverywhere } from '../repo/slots.ts'
import { askToGiveBack, wakeAdmitted } from '../start/slots.ts'

/** Reports and hosts pass slots on themselves. This repairs what was lost on the way, and applies plan changes. */
export async function sweepSlots({ env, now }: RequestContext): Promise<void> {
  await deleteExpiredLeases(env.DB, now())
  await wakeAdmitted(env.RUNS, await admitWaitingEverywhere(env.DB, now()))
  const holders = await findHoldersBesideLines(env.DB)
  await Promise.all(holders.map(({ teamId, host }) => askToGiveBack(env.RUNS, teamId, [host])))
}
