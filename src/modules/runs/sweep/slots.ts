import type { RequestContext } from '../../../context.ts'
import { deleteExpiredLeases } from '../repo/leases.ts'
import { admitWaitingEverywhere } from '../repo/slots.ts'
import { wakeAdmitted } from '../start/slots.ts'

/** Reports pass slots on themselves. This repairs what was lost on the way, and applies plan changes. */
export async function sweepSlots({ env, now }: RequestContext): Promise<void> {
  await deleteExpiredLeases(env.DB, now())
  await wakeAdmitted(env.RUNS, await admitWaitingEverywhere(env.DB, now()))
}
