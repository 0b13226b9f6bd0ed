// Starts the runs of an event. It can be repeated at any point: each run's id is derived from the event and the trigger.
import type { RequestContext } from '../../context.ts'
import { toIso } from '../../core/clock.ts'
import { AppError, ERRORS } from '../../core/errors.ts'
import type { Json } from '../../core/json.ts'
import { findBegun, isWorthWaiting, startRunnable } from '../runs/index.ts'
import { findTriggered } from '../workflows/index.ts'
import { type EventRow, findEvent } from './repo.ts'
import type { Target } from './schema.ts'
import { onceOfEvent } from './send.ts'

export async function dispatchEvent(
  request: RequestContext,
  { teamId, eventId }: { teamId: string; eventId: string },
): Promise<void> {
  const row = await findEvent(request.env.DB, teamId, eventId)
  if (row === null) return
  let failure: unknown
  const targets = JSON.parse(row.targets) as Target[]
  const begun = await findBegun(
    request.env.DB,
    targets.map(({ runId }) => runId),
  )
  for (const target of targets) {
    if (begun.has(target.runId)) continue
    try {
      await startTarget(request, row, target)
    } catch (error) {
      // A trigger that cannot start its run must not block the others.
      request.log.warn('an event could not start a run', { eventId, target, error })
      const isLater = isWorthWaiting(error, row.createdAt, request.now())
      if (isLater || !(error instanceof AppError) || ERRORS[error.code].retryable) failure = error
      // The team has no free slot, so the remaining triggers would fail too.
      if (isLater) break
    }
  }
  if (failure !== undefined) throw failure
}

async function startTarget(
  request: RequestContext,
  row: EventRow,
  { triggerId, runId }: Target,
): Promise<void> {
  const triggered = await findTriggered(request.env.DB, triggerId)
  if (triggered === null) return
  const { id, name } = row
  const { entry } = JSON.parse(triggered.triggerConfig) as { entry?: string }
  await startRunnable(request, triggered, {
    input: { name, data: JSON.parse(row.data) as Json, id, at: toIso(row.createdAt) },
    trigger: { type: 'event', key: triggered.triggerKey, event: name, eventId: id },
    startedBy: row.sentBy,
    options: {},
    once: onceOfEvent(id, triggerId),
    runId,
    ...(entry === undefined ? {} : { entry }),
  })
}
