// What was reported of the runs of a team goes to its webhooks. The reports wrote it down; this only makes it quick.
import { openContext } from '../../../src/context.ts'
import { newId } from '../../../src/core/ids.ts'
import type { Env } from '../../../src/env.ts'
import { tellRunChanges } from '../../../src/modules/webhooks/index.ts'

/** Never throws: what fails is done by the tick. */
export async function tellWebhooks(env: Env, teamId: string): Promise<void> {
  const now = Date.now
  const request = openContext(env, { now, requestId: newId('req', now()), defer: (work) => void work })
  try {
    await tellRunChanges(request, teamId)
  } catch (error) {
    request.log.warn('webhooks were not told of runs', { teamId, error })
  }
}
