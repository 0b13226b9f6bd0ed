import { keyWith } from '../../../engine/model/idempotency.ts'
import type { ModelChoice } from '../../../providers/models/types.ts'

/** Another model, or another key for it, is another request, also if a retried run repeats the call. */
export function keyOfCall(
  idempotencyKey: string,
  { provider, model, integration }: ModelChoice,
  isRepair = false,
): string {
  const whose = integration === undefined ? '' : `@${integration}`
  return keyWith(idempotencyKey, `${provider}/${model}${whose}${isRepair ? '/repair' : ''}`)
}
