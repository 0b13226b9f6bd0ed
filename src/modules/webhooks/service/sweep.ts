import type { RequestContext } from '../../../context.ts'
import { SECOND_MS } from '../../../core/clock.ts'
import { wakeLanes } from '../../../objects/webhook-sender.ts'
import { findLateLanes } from '../repo/sending.ts'

/** The lane's own object should have sent it before this time. */
const LATE_MS = 20 * SECOND_MS
const MAX_LANES = 500

/** If a wake-up or an alarm is lost, this sends the delayed deliveries. */
export async function wakeLateLanes(request: RequestContext): Promise<void> {
  await wakeLanes(
    request.env.WEBHOOKS,
    await findLateLanes(request.env.DB, request.now() - LATE_MS, MAX_LANES),
  )
}
