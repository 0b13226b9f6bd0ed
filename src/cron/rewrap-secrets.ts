import type { RequestContext } from '../context.ts'
import { rewrapFactors } from '../modules/auth/index.ts'
import { rewrapTriggerSecrets } from '../modules/hooks/index.ts'

const MOST_ROWS = 100

/** Only when the ring holds an old key is there anything that could be sealed under one. */
export async function rewrapSecrets(request: RequestContext): Promise<void> {
  if (Object.keys(request.settings.SECRETS_KEYS.keys).length < 2) return
  const moved = (await rewrapFactors(request, MOST_ROWS)) + (await rewrapTriggerSecrets(request, MOST_ROWS))
  if (moved > 0) request.log.info('secrets were moved under the current key', { moved })
}
