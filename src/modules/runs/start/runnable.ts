// Starts runs: the one way for all starts, except those that follow another run. Invariants:
// 1. Accepted means stored: the response is sent after the run's object has stored the run.
// 2. With an idempotency key, the run's id is derived from the team, the workflow and the key, so the object itself remembers
//    the key: two starts reach the same object, and the second gets the first one's run.
import type { Actor, RequestContext } from '../../../context.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { canonicalJson, type Json } from '../../../core/json.ts'
import { PLAN_LIMITS } from '../../../core/plans.ts'
import type { RunActor, RunSpec } from '../../../objects/run-spec.ts'
import {
  type RunKind,
  type StartAnswer,
  type StartOptions,
  workflowRun,
} from '../../../objects/workflow-run.ts'
import { fillFileInputs, recordFileUses, requireFilesReadable, resolveFileInputs } from '../../files/index.ts'
import type { Runnable } from '../../workflows/index.ts'
import { toExecution } from '../read/view.ts'
import { checkInput } from './input.ts'
import { idsOf } from './place.ts'
import type { Room } from './repo.ts'
import { noRuns, noSlot, requireRunRoom } from './room.ts'
import { countInFamily, type OwnFamily, roomFor, uncountInFamily } from './slots.ts'

export type Started = {
  execution: ReturnType<typeof toExecution>
  created: boolean
  answer: Extract<StartAnswer, { ok: true }>['answer']
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
