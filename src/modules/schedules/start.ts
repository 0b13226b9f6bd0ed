import type { RequestContext } from '../../context.ts'
import { toIso } from '../../core/clock.ts'
import { AppError, ERRORS } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import type { RunStart } from '../../queue/messages/runs.ts'
import { isWorthWaiting, startRunnable } from '../runs/index.ts'
import { loadTriggered } from '../workflows/index.ts'

/** Starts the run of one fire. It may be done again: the run's id follows from the trigger's key and the fire's time. */
export async function startScheduledRun(request: RequestContext, message: RunStart): Promise<void> {
  const triggered = await loadTriggered(request.env.DB, message.triggerId)
  // Switched off or removed since: what was not started by then is not started.
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
    if (isWorthWaiting(error, message.scheduledFor, request.now())) throw error
    // What the workflow itself refuses, such as an input that it does not take, it would refuse for ever.
    if (!(error instanceof AppError) || ERRORS[error.code].retryable) throw error
    request.log.warn('a schedule could not start a run', {
      triggerId: message.triggerId,
      scheduledFor,
      error,
    })
  }
}
