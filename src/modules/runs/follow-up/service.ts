// Runs that follow an ended one and keep its outcomes where possible. Invariants:
// 1. A run remembers its retry and its compensation before they start, so two concurrent requests start one run. The second
//    request gets the id of the first one's run.
// 2. A retry and a compensation keep the root of the idempotency keys. A rerun repeats all effects.
import type { Actor, RequestContext } from '../../../context.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { canonicalJson, type Json } from '../../../core/json.ts'
import { PLAN_LIMITS, smallestPlan } from '../../../core/plans.ts'
import { derivedRunId, newRunId, placeOf, type RunPlace } from '../../../core/run-id.ts'
import type { CarriedOverAnswer, Claim } from '../../../objects/following-runs.ts'
import { type RunSpec, runActor, startersOf } from '../../../objects/run-spec.ts'
import { type RunRpc, type StartOptions, workflowRun } from '../../../objects/workflow-run.ts'
import { requireFilesReadable, resolveFileInputs } from '../../files/index.ts'
import { ownRun } from '../read/service.ts'
import { toExecution } from '../read/view.ts'
import { hasSubRunApprovals } from '../repo/runs.ts'
import type { Execution } from '../schema.ts'
import { requireFollowRight } from '../start/asked.ts'
import { checkInput } from '../start/input.ts'
import { wantsOwn } from '../start/place.ts'
import { findRoom } from '../start/repo.ts'
import { requireRunRoom } from '../start/room.ts'
import { deferFileUses, refusal } from '../start/runnable.ts'
import { requireKindRight } from './kind.ts'
import type { RerunRun, RetryRun } from './schema.ts'
import { type Present, presentFor, requireFits } from './version.ts'

type Ctx = RequestContext & { actor: Actor }

export type Follow = { mode: 'compensate' } | ({ mode: 'retry' } & RetryRun) | ({ mode: 'rerun' } & RerunRun)

export type FollowOptions = StartOptions & {
  idempotencyKey: string | null
  /** Rejects runs that have already been retried or rerun. */
  onlyLatest?: boolean
  /** The id of the new run. */
  runId?: string
}

export async function followUp(
  ctx: Ctx,
  runId: string,
  follow: Follow,
  { idempotencyKey, onlyLatest = false, runId: givenId, ...options }: FollowOptions,
): Promise<Execution> {
  if (follow.mode === 'rerun') requireFilesReadable(ctx.actor, follow.input, 'The input')
  const { run, view } = await ownRun(ctx, runId)
  if (view.kind === 'deployment')
    throw new AppError('resource.conflict', {
      detail: `The run is a deployment. Use POST /deployments/${view.subjectId}/redeploy to repeat it.`,
    })
  if (view.kind === 'import')
    throw new AppError('resource.conflict', {
      detail: 'The run is an import. Start another import of the file: rows that are there stay as they are.',
    })
  const { mode } = follow
  const present = mode === 'compensate' ? null : await presentFor(ctx, view, follow.version)
  const from = mode === 'rerun' ? follow.from : undefined
  const next: Partial<Present> = present ?? {}
  const asked = { mode, ...(from === undefined ? {} : { from }), ...next }
  let answer = carriedOverIn(await run.carriedOver(asked))
  const { carriedOver: _legacy, startAt: _startAt, requestHash: _hash, slot: _slot, ...old } = answer.spec
  if (present !== null) requireFits(present, old)
  const { input, fileIds } = await inputFor(ctx, follow, { ...old, ...next })
  const hasOtherInput = canonicalJson(input) !== canonicalJson(old.input)
  requireKindRight(ctx.actor, view.kind, hasOtherInput)
  const hasOther = hasOtherInput || isOther(old, next)
  // Decisions that people made on a different input do not carry over.
  if (hasOther && keepsAny(answer)) {
    const subRunsAsked = await hasSubRunApprovals(ctx.env.DB, runId)
    if (hasOtherInput || subRunsAsked)
      answer = carriedOverIn(await run.carriedOver({ ...asked, input, subRunsAsked }))
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
    carriedOver: answer.carriedOver,
    keyRoot: old.keyRoot ?? runId,
  }
  const isChanged = hasOtherInput || (next.definitionHash ?? old.definitionHash) !== old.definitionHash
  await requireFollowRight(ctx, { from, isChanged, spec })
  const place = wantsOwn(spec) ? 'own' : placeOf(runId)
  const claimed = await claimedFor(ctx, run, follow, { runId, place, idempotencyKey, onlyLatest, givenId })
  spec.runId = claimed.runId
  if (mode === 'rerun') spec.keyRoot = spec.runId
  // It is the root of a new family.
  spec.family = { root: spec.runId, most: old.family?.most ?? smallestPlan.descendantRuns }
  try {
    const execution = toExecution(await startFollowing(ctx, spec, options))
    deferFileUses(ctx, ctx.actor.teamId, execution.id, fileIds)
    return execution
  } catch (refused) {
    if (claimed.isNew && refused instanceof AppError) await run.release(mode, spec.runId)
    throw refused
  }
}

/** A rerun can have another input, which is checked as that of a new start. */
async function inputFor(
  ctx: Ctx,
  follow: Follow,
  spec: Pick<RunSpec, 'definition' | 'definitionHash' | 'input'>,
): Promise<{ input: Json; fileIds: string[] }> {
  if (follow.mode !== 'rerun') return { input: spec.input, fileIds: [] }
  if (follow.input === undefined) return { input: checkInput(spec, spec.input), fileIds: [] }
  return resolveFileInputs(ctx, ctx.actor.teamId, checkInput(spec, follow.input as Json))
}

async function startFollowing(ctx: Ctx, spec: RunSpec, options: StartOptions) {
  // A plan's limits never prevent undoing effects.
  const room = spec.mode === 'compensate' ? null : await findRoom(ctx.env.DB, ctx.actor.teamId)
  if (room !== null) {
    await requireRunRoom(ctx, room, spec.trigger.type, spec.runId)
    spec.family = { root: spec.runId, most: PLAN_LIMITS[room.plan].descendantRuns }
  }
  const run = workflowRun(ctx.env.RUNS, spec.runId)
  const started = await run.start(spec, room === null ? options : { ...options, room: 'slot' })
  if (!started.ok) throw refusal(started, room)
  return started.run
}

/** The longest time that a start takes. A follow-up run that was remembered longer ago and does not exist was lost. */
const START_MS = 60_000

async function claimedFor(
  ctx: Ctx,
  run: RunRpc,
  { mode }: Follow,
  {
    runId,
    place,
    idempotencyKey,
    onlyLatest,
    givenId,
  }: {
    runId: string
    place: RunPlace
    idempotencyKey: string | null
    onlyLatest: boolean
    givenId: string | undefined
  },
): Promise<{ runId: string; isNew: boolean }> {
  const { teamId } = ctx.actor
  const claim: Claim = {
    mode,
    onlyLatest,
    place,
    ...(idempotencyKey === null ? {} : { key: idempotencyKey }),
  }
  if (givenId !== undefined) claim.runId = givenId
  else if (mode === 'rerun') {
    claim.runId =
      idempotencyKey === null
        ? newRunId(teamId, place, ctx.now())
        : await derivedRunId(teamId, `${teamId} ${runId} rerun ${idempotencyKey}`, placeOf(runId))
  }
  const answer = await run.claim(claim)
  if (!answer.ok) {
    if (answer.reason === 'not_there') throw notFound('The run')
    throw followedAlready(answer.reason === 'rerun' ? 'rerun' : 'retry', answer.runId)
  }
  if (answer.isNew || answer.isSame) return answer
  const isLost =
    answer.ageMs > START_MS && (await workflowRun(ctx.env.RUNS, answer.runId).standing()) === null
  if (!isLost) throw followedAlready(mode, answer.runId)
  return answer
}

const ALREADY = {
  retry: ['run.retried', 'The run has already been retried by'],
  rerun: ['run.rerun', 'The run has already been rerun by'],
  compensate: ['run.compensated', 'The run has already been compensated by'],
} as const

function followedAlready(mode: Follow['mode'], runId: string): AppError {
  const [code, detail] = ALREADY[mode]
  return new AppError(code, { detail: `${detail} ${runId}.`, runId })
}

function isOther(old: RunSpec | Omit<RunSpec, 'carriedOver'>, next: Partial<RunSpec>): boolean {
  const { definitionHash = old.definitionHash, vars = old.vars } = next
  return definitionHash !== old.definitionHash || canonicalJson(vars) !== canonicalJson(old.vars)
}

const keepsAny = ({ carriedOver }: Extract<CarriedOverAnswer, { ok: true }>): boolean =>
  carriedOver.outcomes.some(({ status }) => status === 'succeeded' || status === 'failed')

/** A person who chose the input that a run continues with must not approve it either. */
const startersWith = (old: Pick<RunSpec, 'startedBy' | 'starters'>, userId: string): string[] => [
  ...new Set([...startersOf(old), userId]),
]

export function carriedOverIn(answer: CarriedOverAnswer): Extract<CarriedOverAnswer, { ok: true }> {
  if (answer.ok) return answer
  if (answer.reason === 'not_found') throw notFound('The run')
  if (answer.field !== undefined)
    throw new AppError('request.invalid', {
      errors: [{ path: `/${answer.field}`, message: answer.detail, code: 'not_found' }],
    })
  if (answer.reason === 'conflict') throw new AppError('resource.conflict', { detail: answer.detail })
  const errors = (answer.problems ?? []).map(({ nodeId, message, code }) => ({
    ...(nodeId && { nodeId }),
    message,
    code,
  }))
  const detail = `${answer.detail} Send "version": "original" to use the version of the original run.`
  throw new AppError('run.changed_nodes', { detail, errors })
}
