import type { Actor, RequestContext } from '../../../context.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { derivedId, newId } from '../../../core/ids.ts'
import { canonicalJson, type Json } from '../../../core/json.ts'
import { PLAN_LIMITS, smallestPlan } from '../../../core/plans.ts'
import type {
  ControlAnswer,
  ControlVerb,
  LegacyAnswer,
  RunLegacy,
  RunSpec,
  StartOptions,
} from '../../../objects/workflow-run.ts'
import { runActor, startersOf, workflowRun } from '../../../objects/workflow-run.ts'
import { loadRunnable, mayEdit, requireEditor } from '../../workflows/index.ts'
import { findRoom, findRuns, haveSubRunsAsked, type RunRow } from '../repo.ts'
import type { BulkResults, BulkRuns, Execution, RerunRun, ResolveNode, Signal } from '../schema.ts'
import { requireFollowRight } from './asked.ts'
import { ownRun } from './read.ts'
import { requireRunRoom } from './room.ts'
import { bulkError, checkInput, refusal } from './start.ts'
import { shown, toExecution } from './view.ts'

// What is done to a run is audited by its object, in the turn in which it comes true.
type Ctx = RequestContext & { actor: Actor }

function executionOf(answer: ControlAnswer): Execution {
  if (answer.ok) return shown(toExecution(answer.run))
  if (answer.reason === 'not_found') throw notFound('The execution')
  throw new AppError('resource.conflict', { detail: answer.detail })
}

export async function controlRun(ctx: Ctx, runId: string, verb: ControlVerb): Promise<Execution> {
  const { run } = await ownRun(ctx, runId)
  return executionOf(await run.control(verb, ctx.actor.userId, runActor(ctx)))
}

export async function signalRun(ctx: Ctx, runId: string, { name, data, id }: Signal): Promise<Execution> {
  const { run } = await ownRun(ctx, runId)
  const signal = { name, data: data ?? null, by: ctx.actor.userId, ...(id === undefined ? {} : { id }) }
  return executionOf(await run.signal(signal, runActor(ctx)))
}

export async function resolveNode(
  ctx: Ctx,
  runId: string,
  path: string,
  { outcome, output }: ResolveNode,
): Promise<Execution> {
  const { run } = await ownRun(ctx, runId)
  // What a sub-workflow asks people is not answered here in their place.
  if (outcome === 'succeeded' && !mayEdit(ctx.actor) && (await run.node(path))?.type === 'flow.workflow')
    requireEditor(ctx.actor, 'To settle a sub-workflow')
  const word = { path, outcome, by: ctx.actor.userId, ...(output === undefined ? {} : { output }) }
  return executionOf(await run.resolve(word, runActor(ctx)))
}

export type Follow = { mode: 'retry' | 'compensate' } | ({ mode: 'rerun' } & RerunRun)

/** A run that follows an ended one and keeps what may be kept. A retry keeps the root of the idempotency keys. */
export async function followUp(
  ctx: Ctx,
  runId: string,
  follow: Follow,
  { idempotencyKey, ...options }: StartOptions & { idempotencyKey: string | null },
): Promise<Execution> {
  const { run } = await ownRun(ctx, runId)
  const known = await definitionFor(ctx, runId, follow)
  const from = follow.mode === 'rerun' ? follow.from : undefined
  const asked = {
    mode: follow.mode,
    ...(from === undefined ? {} : { from }),
    ...(known === null ? {} : known),
  }
  let answer = legacyIn(await run.legacy(asked))
  const { legacy: _legacy, startAt: _startAt, requestHash: _hash, slot: _slot, ...old } = answer.spec
  const sent = follow.mode === 'rerun' && follow.input !== undefined ? (follow.input as Json) : old.input
  const input = follow.mode === 'rerun' ? checkInput({ ...old, ...known }, sent) : old.input
  const hasOtherInput = canonicalJson(input) !== canonicalJson(old.input)
  // What people have decided on another input is asked again.
  if (hasOtherInput && answer.legacy.outcomes.length > 0) {
    const subRunsAsked = await haveSubRunsAsked(ctx.env.DB, runId)
    answer = legacyIn(await run.legacy({ ...asked, input, subRunsAsked }))
  }
  const legacy: RunLegacy = answer.legacy
  const newRunId =
    idempotencyKey === null
      ? newId('run', ctx.now())
      : await derivedId('run', `${ctx.actor.teamId} ${runId} ${follow.mode} ${idempotencyKey}`)
  const spec: RunSpec = {
    ...old,
    ...(known ?? {}),
    runId: newRunId,
    mode: follow.mode,
    trigger: {
      type: follow.mode,
      ...(old.trigger.draft && known === null ? { draft: true } : {}),
      ...(old.mocks ? { mocked: Object.keys(old.mocks) } : {}),
    },
    parent: { runId },
    input,
    // It begins a family of its own.
    family: { root: newRunId, most: old.family?.most ?? smallestPlan.descendantRuns },
    startedBy: ctx.actor.userId,
    starters:
      hasOtherInput && legacy.outcomes.length === 0
        ? [ctx.actor.userId]
        : startersWith(old, ctx.actor.userId),
    by: runActor(ctx),
    requestId: ctx.requestId,
    requestHash: await sha256Hex(canonicalJson(follow)),
    legacy,
    // What a retry or a compensation does over has the keys of the first time; a rerun means to do it again.
    ...(follow.mode === 'rerun' ? {} : { keyRoot: old.keyRoot ?? runId }),
  }
  if (follow.mode === 'rerun') spec.keyRoot = spec.runId
  const isChanged = hasOtherInput || (known !== null && known.definitionHash !== old.definitionHash)
  await requireFollowRight(ctx, { from, isChanged, spec })
  // What has been done may always be undone.
  if (follow.mode !== 'compensate') {
    const room = await findRoom(ctx.env.DB, ctx.actor.teamId)
    if (room !== null) {
      await requireRunRoom(ctx, room, follow.mode, idempotencyKey === null ? null : spec.runId)
      spec.family = { root: spec.runId, most: PLAN_LIMITS[room.plan].descendantRuns }
    }
  }
  const started = await workflowRun(ctx.env.RUNS, spec.runId).start(spec, options)
  if (!started.ok) throw refusal(started)
  return toExecution(started.run)
}

/** Whoever chose the input that a run goes on with may not decide about it, either. */
const startersWith = (old: RunSpec, userId: string): string[] => [...new Set([...startersOf(old), userId])]

function legacyIn(answer: LegacyAnswer): Extract<LegacyAnswer, { ok: true }> {
  if (answer.ok) return answer
  if (answer.reason === 'not_found') throw notFound('The execution')
  if (answer.field !== undefined)
    throw new AppError('request.invalid', {
      errors: [{ path: answer.field, message: answer.detail, code: 'not_found' }],
    })
  if (answer.reason === 'conflict') throw new AppError('resource.conflict', { detail: answer.detail })
  const errors = (answer.problems ?? []).map(({ path, message, code }) => ({ path, message, code }))
  throw new AppError('run.changed_nodes', { detail: answer.detail, errors })
}

async function definitionFor(
  ctx: Ctx,
  runId: string,
  follow: Follow,
): Promise<Pick<RunSpec, 'definition' | 'definitionHash' | 'workflowVersion' | 'workflowName'> | null> {
  if (follow.mode !== 'rerun' || follow.version === undefined) return null
  const { view } = await ownRun(ctx, runId)
  const runnable =
    view.workflowId === null
      ? null
      : await loadRunnable(ctx.env.DB, ctx.actor.teamId, view.workflowId, follow.version)
  if (runnable === null) throw notFound('This version of the workflow')
  return {
    definition: runnable.definition,
    definitionHash: runnable.definitionHash,
    workflowVersion: runnable.version,
    workflowName: runnable.name,
  }
}

export async function bulkRuns(
  ctx: Ctx,
  verb: 'cancel' | 'rerun',
  body: BulkRuns,
  idempotencyKey: string | null,
): Promise<BulkResults> {
  const results: BulkResults['results'] = []
  for (const id of body.ids ?? (await idsOf(ctx, body))) {
    try {
      const { status, ...run } =
        verb === 'cancel'
          ? await controlRun(ctx, id, 'cancel')
          : await followUp(ctx, id, { mode: 'rerun' }, { idempotencyKey })
      results.push({ ok: true, id: run.id, status })
    } catch (error) {
      results.push({ ok: false, id, error: bulkError(error) })
    }
  }
  return { results }
}

async function idsOf(ctx: Ctx, body: BulkRuns): Promise<string[]> {
  const { sql, params } = findRuns(ctx.actor.teamId, body.filter ?? {}, {
    limit: body.limit - 1,
    sort: '-createdAt',
  })
  const { results } = await ctx.env.DB.prepare(sql)
    .bind(...params)
    .all<RunRow>()
  return results.map(({ id }) => id)
}
