// Runs that follow an ended one, and keep what may be kept. Invariants:
// 1. A run remembers its retry and its compensation before they start, so two that come at once are one run. The second is
//    told which.
// 2. A retry and a compensation keep the root of the idempotency keys; a rerun means to do it all again.
import type { Actor, RequestContext } from '../../../context.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { derivedId, newId } from '../../../core/ids.ts'
import { canonicalJson, type Json } from '../../../core/json.ts'
import { PLAN_LIMITS, smallestPlan } from '../../../core/plans.ts'
import {
  type Claim,
  type LegacyAnswer,
  type RunSpec,
  runActor,
  type StartOptions,
  startersOf,
  type WorkflowRunRpc,
  workflowRun,
} from '../../../objects/workflow-run.ts'
import { findRoom, haveSubRunsAsked } from '../repo.ts'
import type { Execution, RerunRun, RetryRun } from '../schema.ts'
import { requireFollowRight } from './asked.ts'
import { type Present, presentFor, requireFits } from './follow-version.ts'
import { ownRun } from './read.ts'
import { requireRunRoom } from './room.ts'
import { checkInput, refusal } from './start.ts'
import { toExecution } from './view.ts'

type Ctx = RequestContext & { actor: Actor }

export type Follow = { mode: 'compensate' } | ({ mode: 'retry' } & RetryRun) | ({ mode: 'rerun' } & RerunRun)

export type FollowOptions = StartOptions & {
  idempotencyKey: string | null
  /** Not where the run was retried or rerun already. */
  onlyLatest?: boolean
}

export async function followUp(
  ctx: Ctx,
  runId: string,
  follow: Follow,
  { idempotencyKey, onlyLatest = false, ...options }: FollowOptions,
): Promise<Execution> {
  const { run, view } = await ownRun(ctx, runId)
  const { mode } = follow
  const present = mode === 'compensate' ? null : await presentFor(ctx, view, follow.version)
  const from = mode === 'rerun' ? follow.from : undefined
  const next: Partial<Present> = present ?? {}
  const asked = { mode, ...(from === undefined ? {} : { from }), ...next }
  let answer = legacyIn(await run.legacy(asked))
  const { legacy: _legacy, startAt: _startAt, requestHash: _hash, slot: _slot, ...old } = answer.spec
  if (present !== null) requireFits(present, old)
  const sent = mode === 'rerun' && follow.input !== undefined ? (follow.input as Json) : old.input
  const input = mode === 'rerun' ? checkInput({ ...old, ...next }, sent) : old.input
  const hasOtherInput = canonicalJson(input) !== canonicalJson(old.input)
  const hasOther = hasOtherInput || isOther(old, next)
  // What people have decided on another input is asked again.
  if (hasOther && keepsAny(answer)) {
    const subRunsAsked = await haveSubRunsAsked(ctx.env.DB, runId)
    if (hasOtherInput || subRunsAsked) answer = legacyIn(await run.legacy({ ...asked, input, subRunsAsked }))
  }
  const { errorWorkflowId: _errorWorkflowId, ...keeping } = old
  const spec: RunSpec = {
    ...(next.definition === undefined ? old : keeping),
    ...(present ?? {}),
    runId: '',
    mode: answer.mode ?? mode,
    trigger: {
      type: mode,
      ...(old.trigger.draft && next.definition === undefined ? { draft: true } : {}),
      ...(old.mocks ? { mocked: Object.keys(old.mocks) } : {}),
      ...(answer.detached?.length ? { detached: answer.detached } : {}),
    },
    parent: { runId },
    follows: runId,
    input,
    startedBy: ctx.actor.userId,
    starters: hasOtherInput && !keepsAny(answer) ? [ctx.actor.userId] : startersWith(old, ctx.actor.userId),
    by: runActor(ctx),
    requestId: ctx.requestId,
    requestHash: await sha256Hex(canonicalJson({ ...follow, idempotencyKey })),
    legacy: answer.legacy,
    keyRoot: old.keyRoot ?? runId,
  }
  const isChanged = hasOtherInput || (next.definitionHash ?? old.definitionHash) !== old.definitionHash
  await requireFollowRight(ctx, { from, isChanged, spec })
  const claimed = await claimedFor(ctx, run, follow, { runId, idempotencyKey, onlyLatest })
  spec.runId = claimed.runId
  if (mode === 'rerun') spec.keyRoot = spec.runId
  // It begins a family of its own.
  spec.family = { root: spec.runId, most: old.family?.most ?? smallestPlan.descendantRuns }
  try {
    return toExecution(await startFollowing(ctx, spec, options))
  } catch (refused) {
    if (claimed.isNew && refused instanceof AppError) await run.release(mode, spec.runId)
    throw refused
  }
}

async function startFollowing(ctx: Ctx, spec: RunSpec, options: StartOptions) {
  // What has been done may always be undone.
  if (spec.mode !== 'compensate') {
    const room = await findRoom(ctx.env.DB, ctx.actor.teamId)
    if (room !== null) {
      await requireRunRoom(ctx, room, spec.trigger.type, spec.runId)
      spec.family = { root: spec.runId, most: PLAN_LIMITS[room.plan].descendantRuns }
    }
  }
  const started = await workflowRun(ctx.env.RUNS, spec.runId).start(spec, options)
  if (!started.ok) throw refusal(started)
  return started.run
}

/** A start takes no longer: what was remembered so long ago and is not there was lost in between. */
const START_MS = 60_000

async function claimedFor(
  ctx: Ctx,
  run: WorkflowRunRpc,
  { mode }: Follow,
  {
    runId,
    idempotencyKey,
    onlyLatest,
  }: { runId: string; idempotencyKey: string | null; onlyLatest: boolean },
): Promise<{ runId: string; isNew: boolean }> {
  const { teamId } = ctx.actor
  const word: Claim = { mode, onlyLatest, ...(idempotencyKey === null ? {} : { key: idempotencyKey }) }
  if (mode === 'rerun') {
    word.runId =
      idempotencyKey === null
        ? newId('run', ctx.now())
        : await derivedId('run', `${teamId} ${runId} rerun ${idempotencyKey}`)
  }
  const answer = await run.claim(word)
  if (!answer.ok) {
    if (answer.reason === 'not_there') throw notFound('The execution')
    throw followedAlready(answer.reason === 'rerun' ? 'rerun' : 'retry', answer.runId)
  }
  if (answer.isNew || answer.isSame) return answer
  const isLost =
    answer.ageMs > START_MS && (await workflowRun(ctx.env.RUNS, answer.runId).standing()) === null
  if (!isLost) throw followedAlready(mode, answer.runId)
  return answer
}

const ALREADY = {
  retry: ['run.retried', 'The run was retried already, by'],
  rerun: ['run.rerun', 'The run was rerun already, by'],
  compensate: ['run.compensated', 'The run was compensated already, by'],
} as const

function followedAlready(mode: Follow['mode'], runId: string): AppError {
  const [code, detail] = ALREADY[mode]
  return new AppError(code, { detail: `${detail} ${runId}.`, runId })
}

function isOther(old: RunSpec | Omit<RunSpec, 'legacy'>, next: Partial<RunSpec>): boolean {
  const { definitionHash = old.definitionHash, vars = old.vars } = next
  return definitionHash !== old.definitionHash || canonicalJson(vars) !== canonicalJson(old.vars)
}

const keepsAny = ({ legacy }: Extract<LegacyAnswer, { ok: true }>): boolean =>
  legacy.outcomes.some(({ status }) => status === 'succeeded' || status === 'failed')

/** Whoever chose the input that a run goes on with may not decide about it, either. */
const startersWith = (old: Pick<RunSpec, 'startedBy' | 'starters'>, userId: string): string[] => [
  ...new Set([...startersOf(old), userId]),
]

export function legacyIn(answer: LegacyAnswer): Extract<LegacyAnswer, { ok: true }> {
  if (answer.ok) return answer
  if (answer.reason === 'not_found') throw notFound('The execution')
  if (answer.field !== undefined)
    throw new AppError('request.invalid', {
      errors: [{ path: answer.field, message: answer.detail, code: 'not_found' }],
    })
  if (answer.reason === 'conflict') throw new AppError('resource.conflict', { detail: answer.detail })
  const errors = (answer.problems ?? []).map(({ path, message, code }) => ({ path, message, code }))
  const detail = `${answer.detail} Send "version": "original" to go on with the version that the run had.`
  throw new AppError('run.changed_nodes', { detail, errors })
}
