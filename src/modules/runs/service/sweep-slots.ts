import type { RequestContext } from '../../../context.ts'
import { dropExpiredLeases } from '../repo/leases.ts'
import { letInEverywhere } from '../repo/slots.ts'
import { tellLetIn } from './slots.ts'

/** Reports pass slots on themselves. This repairs what was lost on the way, and applies plan changes. */
export async function sweepSlots({ env, now }: RequestContext): Promise<void> {
  await dropExpiredLeases(env.DB, now())
  await tellLetIn(env.RUNS, await letInEverywhere(env.DB, now()))
}
