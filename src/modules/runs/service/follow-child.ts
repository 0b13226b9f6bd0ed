// Runs of sub-workflows that follow others, for the run that waits for them. Invariants:
// 1. Whatever a run did is gone on with once: its retry and its compensation are remembered by it before they start, so an
//    attempt that is made again after a crash finds the same one.
// 2. A retry goes on with the last of a run's retries, also when people have made it.
import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { type RunSpec, type RunView, type Standing, workflowRun } from '../../../objects/workflow-run.ts'
import type { Runnable } from '../../workflows/index.ts'
import { findRoom, type Room } from '../repo/runs.ts'
import { carriedOverIn } from './follow.ts'
import { definitionOf, varsOf } from './follow-version.ts'
import { requireRunRoom } from './room.ts'
import { countInFamily, type OwnFamily, uncountInFamily } from './slots.ts'
import { refusal } from './start.ts'

export type ChildFollow = {
  runId: string
  mode: 'retry' | 'compensate'
  /** What the run that waits gives its child: itself as the parent, depth and so on. */
  more: Partial<RunSpec> & Pick<RunSpec, 'parent' | 'startedBy' | 'trigger'>
  /** What it is to go on with, where that is not as it was. */
  present?: Runnable
  /** Given by a run that counts its own descendants. */
  family: OwnFamily | undefined
  /** Told the id before the run starts. */
  remember: (runId: string) => void
}

/** The last of a run and its retries; null when it is gone. */
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

/** Null when there is nothing to undo. */
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
    throw new AppError('resource.conflict', { detail: `The run ${runId} is followed already.` })
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
    // What has been done may always be undone.
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
