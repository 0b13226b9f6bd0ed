// Retries and compensations of sub-workflow runs, on behalf of the run that waits for them. Invariants:
// 1. A run has one retry and one compensation. It remembers each before it starts, so an attempt that is repeated after a
//    crash finds the same one.
// 2. A retry continues from the last of a run's retries, even if people started that one.
import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import type { Standing } from '../../../objects/following-runs.ts'
import type { RunSpec } from '../../../objects/run-spec.ts'
import { type RunView, workflowRun } from '../../../objects/workflow-run.ts'
import type { Runnable } from '../../workflows/index.ts'
import { findRoom, type Room } from '../start/repo.ts'
import { requireRunRoom } from '../start/room.ts'
import { refusal } from '../start/runnable.ts'
import { countInFamily, type OwnFamily, uncountInFamily } from '../start/slots.ts'
import { carriedOverIn } from './service.ts'
import { definitionOf, varsOf } from './version.ts'

export type ChildFollow = {
  runId: string
  mode: 'retry' | 'compensate'
  /** What the waiting run passes to its child: itself as the parent, the depth and so on. */
  more: Partial<RunSpec> & Pick<RunSpec, 'parent' | 'startedBy' | 'trigger'>
  /** The version to use, if it differs from the original one. */
  present?: Runnable
  /** Set by a run that counts its own descendants. */
  family: OwnFamily | undefined
  /** Called with the id before the run starts. */
  remember: (runId: string) => void
}

/** The last run in the chain of retries; null if the run no longer exists. */
export async function lastRetryOf(
  { env }: RequestContext,
  teamId: string,
  runId: string,
): Promise<(Standing & { runId: string }) | null> {
  let last: (Standing & { runId: string }) | null = null
  let at: string | null = runId
  while (at !== null) {
    const standing: Standing | null = await workflowRun(env.RUNS, at).standing()
    if (standing === null || standing.teamId !== teamId) break
    last = { ...standing, runId: at }
    at = standing.retry
  }
  return last
}

/** Null if there is nothing to undo. */
export async function followChild(ctx: RequestContext, follow: ChildFollow): Promise<RunView | null> {
  const { runId, mode, more, present, remember } = follow
  const run = workflowRun(ctx.env.RUNS, runId)
  const next = present === undefined ? {} : { ...definitionOf(present), vars: varsOf(present) }
  const answer = carriedOverIn(await run.carriedOver({ mode, ...next }))
  if (mode === 'compensate' && answer.carriedOver.outcomes.length === 0) return null
  const isUndoing = mode === 'compensate' || answer.mode === 'compensate'
  const room = isUndoing ? null : await roomForChild(ctx, answer.spec.teamId)
  const claimed = await run.claim({ mode })
  if (!claimed.ok)
    throw new AppError('resource.conflict', { detail: `The run ${runId} already has a follow-up run.` })
  remember(claimed.runId)
  const {
    carriedOver: _legacy,
    startAt: _startAt,
    requestHash: _hash,
    by: _by,
    callbackUrl: _url,
    ...old
  } = answer.spec
  const spec: RunSpec = {
    ...old,
    ...next,
    ...more,
    runId: claimed.runId,
    mode: answer.mode ?? mode,
    follows: runId,
    keyRoot: old.keyRoot ?? runId,
    requestId: ctx.requestId,
    carriedOver: answer.carriedOver,
  }
  try {
    // A plan's limits never prevent undoing effects.
    if (!isUndoing) await countInFamily(ctx, spec, follow.family)
    const started = await workflowRun(ctx.env.RUNS, spec.runId).start(
      spec,
      room === null ? {} : { room: 'month' },
    )
    if (started.ok) return started.run
    if (!isUndoing) await uncountInFamily(ctx, spec, follow.family)
    throw refusal(started, room)
  } catch (refused) {
    if (refused instanceof AppError) await run.release(mode, spec.runId)
    throw refused
  }
}

async function roomForChild(ctx: RequestContext, teamId: string): Promise<Room | null> {
  const room = await findRoom(ctx.env.DB, teamId)
  if (room !== null) await requireRunRoom(ctx, room, 'workflow', null)
  return room
}
