import type { RequestContext } from '../../context.ts'
import { toIso } from '../../core/clock.ts'
import { AppError, ERRORS } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import type { RunStart } from '../../queue/messages/runs.ts'
import { isWorthWaiting, startRunnable } from '../runs/index.ts'
import { findTriggered } from '../workflows/index.ts'

/** Starts the run of one fire. It can be repeated: the run's id is derived from the trigger's key and the time of the fire. */
export async function startScheduledRun(request: RequestContext, message: RunStart): Promise<void> {
  const triggered = await findTriggered(request.env.DB, message.triggerId)
  // The trigger was deactivated or removed in the meantime, so the run does not start.
  if (triggered === null || triggered.teamId !== message.teamId) return
  const { triggerKey: key } = triggered
  const { input, entry } = JSON.parse(triggered.triggerConfig) as { input?: Json; entry?: string }
  const scheduledFor = toIso(message.scheduledFor)
  try {
    await startRunnable(request, triggered, {
      input,
      trigger: { type: 'schedule', key, scheduledFor },
      startedBy: null,
      options: {},
      once: `schedule ${key} ${scheduledFor}`,
      ...(message.startAt === undefined ? {} : { startAt: message.startAt }),
      ...(entry === undefined ? {} : { entry }),
    })
  } catch (error) {
    if (isWorthWaiting(error, message.claimedAt ?? message.scheduledFor, request.now())) throw error
    // An error of the workflow itself, such as an invalid input, would fail on every retry.
    if (!(error instanceof AppError) || ERRORS[error.code].retryable) throw error
    request.log.warn('a schedule could not start a run', {
      triggerId: message.triggerId,
      scheduledFor,
      error,
    })
  }
}
