// Runs are deleted some time after they have ended. Before that, answers that were not read yet are copied into their
// threads.
import type { RequestContext } from '../../../context.ts'
import { findForgottenTurns, markTurnChecked } from '../repo/turns.ts'
import { settleTurn } from './settle.ts'

const LOOK_AFTER_MS = 600_000
const TURNS_A_TICK = 25

export async function settleForgotten(request: RequestContext): Promise<void> {
  const { env, now, log } = request
  for (const turn of await findForgottenTurns(env.DB, now() - LOOK_AFTER_MS, TURNS_A_TICK)) {
    await markTurnChecked(env.DB, turn, now())
    await settleTurn(request, turn).catch((error: unknown) =>
      log.error('a turn of a thread could not be taken over', { runId: turn.runId, error }),
    )
  }
}
