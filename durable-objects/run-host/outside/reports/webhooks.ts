// Sends the reported changes of a team's runs to its webhooks. The reports have stored them; this only makes it
// faster.
import { openContext } from '../../../../src/context.ts'
import { newId } from '../../../../src/core/ids.ts'
import type { Env } from '../../../../src/env.ts'
import { recordRunChanges } from '../../../../src/modules/webhooks/index.ts'

/** Never throws: the tick repeats what fails. */
export async function notifyWebhooks(env: Env, teamId: string): Promise<void> {
  const now = Date.now
  const request = openContext(env, { now, requestId: newId('req', now()), defer: (work) => void work })
  try {
    await recordRunChanges(request, teamId)
  } catch (error) {
    request.log.warn('webhooks could not be notified of runs', { teamId, error })
  }
}
