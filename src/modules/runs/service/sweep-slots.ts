import type { RequestContext } from '../../../context.ts'
import { dropExpiredLeases } from '../repo/leases.ts'
import { letInEverywhere } from '../repo/slots.ts'
import { tellLetIn } from './slots.ts'

/** Reports give slots on by themselves; this mends what was lost on the way, and follows a change of plan. */
export async function sweepSlots({ env, now }: RequestContext): Promise<void> {
  await dropExpiredLeases(env.DB, now())
  await tellLetIn(env.RUNS, await letInEverywhere(env.DB, now()))
}
