import type { RequestContext } from '../context.ts'
import { dropUnclaimedSlots, letInEverywhere, tellLetIn } from '../modules/executions/index.ts'

/** Reports give slots on by themselves; this mends what was lost on the way, and follows a change of plan. */
export async function sweepSlots({ env, now }: RequestContext): Promise<void> {
  await dropUnclaimedSlots(env.DB, now())
  await tellLetIn(env.RUNS, await letInEverywhere(env.DB, now()))
}
