// Starts runs. Invariants:
// 1. Accepted means stored: the response is sent after the run's object has stored the run.
// 2. With an idempotency key, the run's id is derived from the team, the workflow and the key, so the object itself remembers
//    the key: two starts reach the same object, and the second gets the first one's run.
import type { Actor, ReadContext, RequestContext } from '../../../context.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError, ERRORS, type FieldError, notFound } from '../../../core/errors.ts'
import { canonicalJson, type Json } from '../../../core/json.ts'
import { PLAN_LIMITS } from '../../../core/plans.ts'
import { remember } from '../../../core/remember.ts'
import { checkValue } from '../../../engine/json-schema/check-value.ts'
import { compileSchema } from '../../../engine/json-schema/compile.ts'
import { withDefaults } from '../../../engine/json-schema/defaults.ts'
import type { CompiledSchema } from '../../../engine/json-schema/types.ts'
import { inputOr } from '../../../engine/model/input.ts'
import {
  type RunActor,
  type RunKind,
  type RunSpec,
  runActor,
  type StartAnswer,
  type StartOptions,
  workflowRun,
} from '../../../objects/workflow-run.ts'
import { judgeUrl } from '../../../providers/outbound/index.ts'
import { fillFileInputs, recordFileUses, requireFilesReadable, resolveFileInputs } from '../../files/index.ts'
import {
  draftRunnable,
  findRunnable,
  loadRunnable,
  type Runnable,
  requireEntry,
  requireMocks,
} from '../../workflows/index.ts'
import type { Room } from '../repo/runs.ts'
import type { BulkResults, StartBatch, StartRun } from '../schema.ts'
import { requireStartRight, requireVersionRight } from './asked.ts'
import { idsOf } from './place.ts'
import { noRuns, noSlot, requireRunRoom } from './room.ts'
import { countInFamily, type OwnFamily, roomFor, uncountInFamily } from './slots.ts'
import { toExecution } from './view.ts'

export type Started = {
  execution: ReturnType<typeof toExecution>
  created: boolean
  answer: Extract<StartAnswer, { ok: true }>['answer']
}

export async function startRun(
  ctx: ReadContext,
  workflowId: string,
  body: StartRun,
  options: StartOptions & { idempotencyKey: string | null },
): Promise<Started> {
  const { rows, actor } = await ctx.read((who) => findRunnable(who.teamId, workflowId, body.version ?? null))
  const [stored] = rows
  if (!stored) throw await missing(ctx, actor.teamId, workflowId)
  if (body.draft && body.version !== undefined) {
    const message = 'Either a version or the draft.'
    throw new AppError('request.invalid', { errors: [{ path: '/version', message, code: 'custom' }] })
  }
  const runnable = body.draft ? await draftRunnable(ctx, actor, stored) : stored
  requireStartRight(actor, runnable.definition, body)
  if (body.version !== undefined) await requireVersionRight(ctx, actor, runnable)
  if (body.entry !== undefined) requireEntry(JSON.parse(runnable.definition), body.entry)
  if (body.mocks !== undefined) requireMocks(JSON.parse(runnable.definition), body.mocks)
  return startRunnable(ctx, runnable, {
    input: body.input,
    asker: actor,
    trigger: {
      type: 'manual',
      ...(body.draft ? { draft: true } : {}),
      ...(body.mocks === undefined ? {} : { mocked: Object.keys(body.mocks) }),
    },
    startedBy: actor.userId,
    by: runActor({ ...ctx, actor }),
    options,
    ...(options.idempotencyKey === null
      ? {}
      : { once: options.idempotencyKey, request: body as unknown as Json }),
    ...(body.mocks === undefined ? {} : { mocks: body.mocks as RunSpec['mocks'] }),
    ...(body.startAt === undefined ? {} : { startAt: Date.parse(body.startAt) }),
    ...(body.entry === undefined ? {} : { entry: body.entry }),
    more: {
      ...labelsIn(body),
      ...(body.callbackUrl === undefined ? {} : { callbackUrl: requireCallable(ctx, body.callbackUrl) }),
    },
  })
}

const labelsIn = ({ tags, metadata }: Pick<StartRun, 'tags' | 'metadata'>): Partial<RunSpec> => ({
  ...(tags === undefined || tags.length === 0 ? {} : { tags }),
  ...(metadata === undefined ? {} : { metadata }),
})

/** The URL names the workflow, and the body its version. The error depends on which one is missing. */
async function missing(ctx: RequestContext, teamId: string, workflowId: string): Promise<AppError> {
  if ((await loadRunnable(ctx.env.DB, teamId, workflowId, null)) === null) return notFound('The workflow')
  return new AppError('request.invalid', {
    detail: 'The workflow has no such version.',
    errors: [{ path: '/version', message: 'The version does not exist.', code: 'not_found' }],
  })
}

function requireCallable({ settings }: RequestContext, url: string): string {
  const judged = judgeUrl(url, settings.OUTBOUND_ALLOW_HOSTS)
  if (!judged.ok) throw new AppError('outbound.blocked', { detail: `callbackUrl: ${judged.error.reason}` })
  return url
}

export function refusal(
  answer: Extract<StartAnswer, { ok: false }>,
  room: Pick<Room, 'plan' | 'runsThisMonth'> | null,
): AppError {
  const { reason } = answer
  if (room !== null && reason === 'no_slot') return noSlot(room.plan)
  if (room !== null && reason === 'no_runs') return noRuns(room.plan, room.runsThisMonth ?? 0)
  if (reason === 'mismatch') return new AppError('idempotency.mismatch')
  if (reason === 'bad_key') return new AppError('run.bad_concurrency_key', { detail: answer.detail })
  if (reason === 'rejected') return new AppError('run.queue_full')
  if (reason === 'elsewhere')
    return new AppError('service.unavailable', {
      detail: 'No host accepts the run at the moment.',
      retryAfterSeconds: 5,
    })
  return new AppError('resource.conflict', { detail: 'The run with this idempotency key was deleted.' })
}

export type Start = {
  /** Undefined if the request had no input. */
  input: Json | undefined
  /** Who sent the input with this request. What a key names in it, the key must be able to read. */
  asker?: Actor
  trigger: RunSpec['trigger']
  startedBy: string | null
  /** For the audit log, if a person or an API key starts the run directly. */
  by?: RunActor
  options: StartOptions
  /** Starts with the same value are one run. `request` shows whether they are really the same start. */
  once?: string
  /** The id that this start received before it was sent. */
  runId?: string
  /** Called with the id before the run is created, and again if another host has to take it. */
  named?: (runId: string) => Promise<void>
  request?: Json
  mocks?: RunSpec['mocks']
  startAt?: number
  entry?: string
  /** What kind of work the run does, and for which object. Absent for a run of a workflow. */
  kind?: RunKind
  subjectId?: string
  more?: Partial<RunSpec>
  /** Set by a run that counts its own descendants. */
  family?: OwnFamily | undefined
}

export async function startRunnable(
  request: RequestContext,
  runnable: Runnable,
  start: Start,
): Promise<Started> {
  const checked = checkInput(runnable, start.input)
  const isAsked = start.trigger.type === 'manual' || start.trigger.type === 'task'
  if (start.asker !== undefined) requireFilesReadable(start.asker, start.input, 'The input')
  const files = isAsked ? resolveFileInputs : fillFileInputs
  const { input, fileIds } = await files(request, runnable.teamId, checked)
  const ids = await idsOf(request, runnable, { once: start.once, known: start.runId })
  await requireRunRoom(request, runnable, start.trigger.type, ids.startKey === null ? null : ids.first)
  const spec = await specOf(request, runnable, start, input)
  if (ids.startKey !== null) spec.startKey = ids.startKey
  for (let runId: string | null = ids.first; runId !== null; runId = await ids.next()) {
    await start.named?.(runId)
    const answer = await startAs(request, runnable, start, { ...spec, runId })
    if (answer.ok) {
      if (answer.created) deferFileUses(request, runnable.teamId, runId, fileIds)
      return { execution: toExecution(answer.run), created: answer.created, answer: answer.answer }
    }
    if (answer.reason !== 'elsewhere') throw refusal(answer, runnable)
  }
  throw refusal({ ok: false, reason: 'elsewhere' }, runnable)
}

/** For the list of what uses a file. Best effort: a run that is not listed still reads its files. */
export const deferFileUses = (
  request: RequestContext,
  teamId: string,
  runId: string,
  fileIds: string[],
): void =>
  request.defer(recordFileUses(request, teamId, fileIds, { kind: 'run', id: runId }).catch(() => undefined))

/** All of the run's spec except its id. */
async function specOf(
  request: RequestContext,
  runnable: Runnable,
  start: Start,
  input: Json,
): Promise<Omit<RunSpec, 'runId'>> {
  return {
    teamId: runnable.teamId,
    workflowId: runnable.id,
    workflowVersion: runnable.version,
    workflowName: runnable.name,
    definition: runnable.definition,
    definitionHash: runnable.definitionHash,
    input,
    vars: runnable.vars === null ? {} : (JSON.parse(runnable.vars) as Record<string, Json>),
    trigger: start.trigger,
    startedBy: start.startedBy,
    requestId: request.requestId,
    ...(start.request === undefined ? {} : { requestHash: await sha256Hex(canonicalJson(start.request)) }),
    ...(runnable.errorWorkflowId === null ? {} : { errorWorkflowId: runnable.errorWorkflowId }),
    ...(start.by === undefined ? {} : { by: start.by }),
    ...(start.mocks === undefined ? {} : { mocks: start.mocks }),
    ...(start.startAt === undefined ? {} : { startAt: start.startAt }),
    ...(start.entry === undefined ? {} : { entry: start.entry }),
    ...(start.kind === undefined ? {} : { kind: start.kind }),
    ...(start.subjectId === undefined ? {} : { subjectId: start.subjectId }),
    ...start.more,
  }
}

/** Returns what was reserved for a run that its host refuses. */
async function startAs(
  request: RequestContext,
  { plan }: Runnable,
  { options, family: own }: Start,
  base: RunSpec,
): Promise<StartAnswer> {
  const family = base.family ?? { root: base.runId, most: PLAN_LIMITS[plan].descendantRuns }
  const spec: RunSpec = { ...base, family }
  await countInFamily(request, spec, own)
  const { room, slot } = roomFor(spec, request.now())
  if (slot !== undefined) spec.slot = slot
  const answer = await workflowRun(request.env.RUNS, spec.runId).start(spec, { ...options, room })
  // If the body differs under the same key, the reservation belongs to the existing run.
  if (!answer.ok && answer.reason !== 'mismatch') await uncountInFamily(request, spec, own)
  return answer
}

export async function startBatch(
  ctx: RequestContext & { actor: Actor },
  body: StartBatch,
  idempotencyKey: string | null,
): Promise<BulkResults> {
  const results: BulkResults['results'] = []
  for (const [index, item] of body.items.entries()) {
    try {
      const runnable = await loadRunnable(ctx.env.DB, ctx.actor.teamId, item.workflowId, item.version ?? null)
      if (runnable === null) throw await missing(ctx, ctx.actor.teamId, item.workflowId)
      if (item.version !== undefined) await requireVersionRight(ctx, ctx.actor, runnable)
      const once =
        idempotencyKey === null
          ? {}
          : { once: `${idempotencyKey} ${index}`, request: item as unknown as Json }
      const start = {
        input: item.input,
        asker: ctx.actor,
        trigger: { type: 'manual' },
        startedBy: ctx.actor.userId,
        by: runActor(ctx),
        options: {},
        more: labelsIn(item),
        ...once,
      } as const
      const { execution } = await startRunnable(ctx, runnable, start)
      results.push({ ok: true, id: execution.id, status: execution.status })
    } catch (error) {
      results.push({ ok: false, id: null, error: bulkError(error) })
    }
  }
  return { results }
}

export function bulkError(error: unknown): FieldError {
  if (!(error instanceof AppError)) throw error
  const { code, message, runId } = error
  return { code, message, retryable: ERRORS[code].retryable, ...(runId && { resourceId: runId }) }
}

const MAX_SCHEMAS = 500
type Inputs = { inputs: unknown; schema: CompiledSchema | null }
const schemas = new Map<string, Inputs>()

/** Checks the input against the workflow's `inputs` and fills in their defaults. */
export function checkInput(
  runnable: Pick<Runnable, 'definition' | 'definitionHash'>,
  sent: Json | undefined,
): Json {
  const { inputs, schema } = inputSchema(runnable)
  const input = inputOr(inputs, sent)
  if (schema === null) return input
  const filled = withDefaults(schema, input) as Json
  const errors = checkValue(schema, filled)
  if (errors.length === 0) return filled
  throw new AppError('run.invalid_input', {
    errors: errors.map(({ path, message, code }) => ({ path: `/input${path}`, message, code })),
  })
}

function inputSchema({
  definitionHash,
  definition,
}: Pick<Runnable, 'definition' | 'definitionHash'>): Inputs {
  const known = schemas.get(definitionHash)
  if (known !== undefined) return known
  const { inputs } = JSON.parse(definition) as { inputs?: unknown }
  const compiled = inputs === undefined ? null : compileSchema(inputs)
  const schema = compiled?.ok ? compiled.value : null
  return remember(schemas, MAX_SCHEMAS, definitionHash, { inputs, schema })
}
