import type { RequestContext } from '../../../context.ts'
import { SECOND_MS } from '../../../core/clock.ts'
import { wakeLanes } from '../../../objects/webhook-sender.ts'
import { findLateLanes } from '../repo/sending.ts'

/** By then the lane's own object should have sent it. */
const LATE_MS = 20 * SECOND_MS
const MAX_LANES = 500

/** A wake that was lost, or an alarm, only delays deliveries. */
export async function wakeLateLanes(request: RequestContext): Promise<void> {
  await wakeLanes(
    request.env.WEBHOOKS,
    await findLateLanes(request.env.DB, request.now() - LATE_MS, MAX_LANES),
  )
}
