import { keyWith } from '../../../engine/model/idempotency.ts'
import type { ModelRung } from '../../../providers/models/types.ts'

/** Another model, or another key of it, is another request, also when a retried run makes the call again. */
export function keyOfCall(
  idempotencyKey: string,
  { provider, model, integration }: ModelRung,
  isRepair = false,
): string {
  const whose = integration === undefined ? '' : `@${integration}`
  return keyWith(idempotencyKey, `${provider}/${model}${whose}${isRepair ? '/repair' : ''}`)
}
