// Many tasks in one request. Invariants:
// 1. Each item is checked separately. A refused item only affects those that depend on it or are part of it.
// 2. Items are written in an order in which referenced items come first, a hundred per commit.
// 3. All are created at one moment, and their ids sort in the order of the items, so lists and trees show them in
//    that order.
import type { ServiceContext } from '../../../context.ts'
import { AppError, ERRORS, type FieldError } from '../../../core/errors.ts'
import { fieldErrors } from '../../../core/field-errors.ts'
import { derivedId, idAmongMany, newId } from '../../../core/ids.ts'
import { PLAN_LIMITS } from '../../../core/plans.ts'
import { commit } from '../../../db/commit.ts'
import { publishChange } from '../../../db/publish.ts'
import { teamHub } from '../../../objects/channels.ts'
import { isHeard } from '../desk/repo/changes.ts'
import { wakeDesk } from '../desk/wake.ts'
import { requireKeyMay } from '../edit/check-input.ts'
import { partsOf } from '../edit/create.ts'
import { graphFault, nodesOf, type Prepared, prepareTask } from '../edit/new-task.ts'
import { assignedNotices } from '../edit/tell-assigned.ts'
import { findBefore } from '../graph/repo.ts'
import { findKnots, type Knot } from '../pure/graph.ts'
import { requireTask } from '../read/service.ts'
import { countOpenTasks } from '../repo/counts.ts'
import { findTasks, insertDependencies, insertTasks, type NewTask, SHORT } from '../repo/tasks.ts'
import { enqueue } from '../runs/control.ts'
import { MAX_GRAPH, TaskId } from '../schema/parts.ts'
import type { CreateTask } from '../schema/task.ts'
import {
  BatchTask,
  type CreateTasks,
  type ExecuteTasks,
  type TaskResult,
  type TaskResults,
} from './schema.ts'

const A_COMMIT = 100

export function errorOf(error: unknown): FieldError {
  if (!(error instanceof AppError)) throw error
  const { code, message, errors = [] } = error
  const [first] = errors
  if (first === undefined) return { code, message, retryable: ERRORS[code].retryable }
  return { ...first, message: errors.map((one) => `${one.path ?? ''} ${one.message}`.trim()).join('; ') }
}

const refusal = (error: FieldError): TaskResult => ({ ok: false, id: null, error })

type Slot = { id: string; item: BatchTask | null; result: TaskResult | null }

/** `keyed` is the key of the request: a second request with it finds the tasks of the first. */
export async function createTasks(
  ctx: ServiceContext,
  { items }: CreateTasks,
  keyed: string | null,
  { allOrNone = false }: { allOrNone?: boolean } = {},
): Promise<TaskResults> {
  const idOf = await idsFor(ctx, keyed)
  const slots = items.map((item, at) => slotOf(item, idOf(at)))
  await makeAll(ctx, slots, allOrNone)
  return {
    results: slots.map(({ result }) => result ?? refusal({ code: 'internal', message: 'It was not made.' })),
  }
}

export async function executeTasks(
  ctx: ServiceContext,
  { items }: ExecuteTasks,
  keyed: string | null,
): Promise<TaskResults> {
  const idOf = await idsFor(ctx, keyed)
  const slots: Slot[] = []
  for (const [at, item] of items.entries()) {
    const { taskId, ...others } = item
    if (taskId === undefined || Object.keys(others).length > 0) {
      slots.push(slotOf({ autoStart: true, ...item }, idOf(at)))
      continue
    }
    slots.push({ id: '', item: null, result: await executeOne(ctx, taskId) })
  }
  await makeAll(ctx, slots, false)
  return {
    results: slots.map(({ result }) => result ?? refusal({ code: 'internal', message: 'It was not made.' })),
  }
}

async function executeOne(ctx: ServiceContext, taskId: unknown): Promise<TaskResult> {
  try {
    const id = TaskId.safeParse(taskId)
    if (!id.success)
      return refusal({ code: 'request.invalid', path: '/taskId', message: 'must be the id of a task' })
    await enqueue(ctx, await requireTask(ctx, id.data))
    const { status } = await requireTask(ctx, id.data)
    return { ok: true, id: id.data, status }
  } catch (error) {
    return { ok: false, id: String(taskId), error: errorOf(error) }
  }
}

/** Ids in the order of the items. The same key always gives the same ids. */
async function idsFor({ actor, now }: ServiceContext, keyed: string | null): Promise<(at: number) => string> {
  const { teamId, userId } = actor
  const batch = keyed === null ? newId('tsk', now()) : await derivedId('tsk', `${teamId} ${userId} ${keyed}`)
  return (at) => idAmongMany(batch, at)
}

function slotOf(item: unknown, id: string): Slot {
  const parsed = BatchTask.safeParse(item)
  if (parsed.success) return { id, item: parsed.data, result: null }
  const [first, ...others] = fieldErrors(parsed.error.issues as Parameters<typeof fieldErrors>[0])
  const message = [first, ...others]
    .map((one) => `${one?.path ?? ''} ${one?.message ?? ''}`.trim())
    .join('; ')
  return { id, item: null, result: refusal({ ...first, code: first?.code ?? 'request.invalid', message }) }
}

async function makeAll(given: ServiceContext, slots: Slot[], allOrNone: boolean): Promise<void> {
  const madeAt = given.now()
  const ctx = { ...given, now: () => madeAt }
  const { teamId, plan } = ctx.actor
  const there = await findTasks(
    ctx.env.DB,
    teamId,
    slots.map(({ id }) => id).filter((id) => id !== ''),
    SHORT,
  )
  for (const row of there) {
    const slot = slots.find(({ id }) => id === row.id)
    if (slot !== undefined) slot.result = { ok: true, id: row.id, status: row.status }
  }
  const ordered = inOrder(slots)
  await refuseCircles(ctx, ordered)
  const known = new Map<string, NewTask>(there.map((row) => [row.id, row]))
  const byRef = new Map<string, Slot>()
  for (const slot of slots)
    if (slot.item?.ref !== undefined && !byRef.has(slot.item.ref)) byRef.set(slot.item.ref, slot)
  const most = PLAN_LIMITS[plan].openTasks
  let room = most === null ? Number.POSITIVE_INFINITY : most - (await countOpenTasks(ctx.env.DB, teamId))
  const ready: { slot: Slot; prepared: Prepared }[] = []
  for (const slot of ordered) {
    if (slot.item === null || slot.result !== null) continue
    try {
      requireKeyMay(ctx.actor, 'tasks:write', 'Making a task')
      if (room <= 0)
        throw new AppError('plan.limit_reached', { detail: `The plan ${plan} allows ${most} open tasks.` })
      const prepared = await prepareTask(ctx, bodyOf(slot.item, byRef, known), slot.id, known, {
        isChecked: true,
      })
      known.set(slot.id, prepared.row)
      ready.push({ slot, prepared })
      room--
    } catch (error) {
      slot.result = refusal(errorOf(error))
    }
  }
  if (allOrNone && slots.some(({ result }) => result?.ok === false)) return
  for (let at = 0; at < ready.length; at += A_COMMIT) await write(ctx, ready.slice(at, at + A_COMMIT))
  wakeDesk(ctx, teamId)
}

/** With ids instead of references. */
function bodyOf(
  { ref: _ref, parentRef, dependsOn, ...item }: BatchTask,
  byRef: ReadonlyMap<string, Slot>,
  known: ReadonlyMap<string, unknown>,
): CreateTask {
  const idOf = (ref: string, path: `/${string}`): string => {
    const found = byRef.get(ref)
    if (found !== undefined && known.has(found.id)) return found.id
    const message = found === undefined ? `No item has the ref ${ref}` : `The item ${ref} was refused`
    throw new AppError('request.invalid', { errors: [{ path, message, code: 'batch.unknown_ref' }] })
  }
  return {
    ...item,
    ...(parentRef === undefined ? {} : { parentId: idOf(parentRef, '/parentRef') }),
    ...(dependsOn === undefined
      ? {}
      : {
          dependsOn: dependsOn.map(({ taskId, ref, on }, at) => ({
            taskId: taskId ?? idOf(ref ?? '', `/dependsOn/${at}/ref`),
            on,
          })),
        }),
  } as CreateTask
}

const namesOf = (item: BatchTask): string[] => [
  ...(item.parentRef === undefined ? [] : [item.parentRef]),
  ...(item.dependsOn ?? []).flatMap(({ ref }) => (ref === undefined ? [] : [ref])),
]

/** Referenced items before those that refer to them. Two items with one reference are refused. Cycles come last. */
function inOrder(slots: readonly Slot[]): Slot[] {
  const byRef = new Map<string, Slot>()
  for (const slot of slots) {
    const ref = slot.item?.ref
    if (ref === undefined) continue
    if (byRef.has(ref))
      slot.result ??= refusal({
        code: 'batch.double_ref',
        path: '/ref',
        message: `Another item has the ref ${ref}`,
      })
    else byRef.set(ref, slot)
  }
  const done = new Set<Slot>()
  const order: Slot[] = []
  for (const first of slots) {
    const path = [{ slot: first, left: first.item === null ? [] : namesOf(first.item) }]
    if (done.has(first)) continue
    done.add(first)
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = byRef.get(top.left.pop() ?? '')
      if (next !== undefined && !done.has(next)) {
        done.add(next)
        path.push({ slot: next, left: next.item === null ? [] : namesOf(next.item) })
      } else if (top.left.length === 0) {
        order.push(top.slot)
        path.pop()
      }
    }
  }
  return order
}

/** Refuses the items of each cycle, among themselves and through existing tasks. */
async function refuseCircles(ctx: ServiceContext, slots: readonly Slot[]): Promise<void> {
  const idOfRef = new Map(
    slots.flatMap(({ item, id }) => (item?.ref === undefined ? [] : [[item.ref, id] as const])),
  )
  const items = slots.filter(({ item, result }) => item !== null && result === null)
  const nodes = items.map(({ id, item }) => ({
    id,
    parentId:
      item?.parentRef === undefined ? (item?.parentId ?? null) : (idOfRef.get(item.parentRef) ?? null),
    dependsOn: (item?.dependsOn ?? []).flatMap(({ taskId, ref }) => taskId ?? idOfRef.get(ref ?? '') ?? []),
  }))
  const own = new Set(nodes.map(({ id }) => id))
  const others = new Set(
    nodes.flatMap(({ parentId, dependsOn }) => [...(parentId === null ? [] : [parentId]), ...dependsOn]),
  )
  const outside = [...others].filter((id) => !own.has(id))
  const rows = outside.length === 0 ? [] : await findBefore(ctx.env.DB, ctx.actor.teamId, outside, MAX_GRAPH)
  const before = nodesOf(rows)
  const fault = graphFault(rows, before.size + nodes.length)
  const far = new Set(outside)
  const knots = findKnots([...before.values(), ...nodes])
  for (const [at, slot] of items.entries()) {
    const { parentId = null, dependsOn = [] } = nodes[at] ?? {}
    if (fault !== null && [parentId, ...dependsOn].some((id) => id !== null && far.has(id)))
      slot.result = refusal({ code: 'custom', path: '/dependsOn', message: fault })
    const knot = knots.find(({ ids }) => ids.has(slot.id))
    if (knot !== undefined)
      slot.result = refusal({
        code: 'task.cycle',
        path: '/dependsOn',
        message: `The tasks would wait for each other: ${wayOf(knot)}`,
      })
  }
}

const MAX_NAMED = 50

/** Only the beginning of a long cycle, because the answer to each of its items contains it. */
const wayOf = ({ circle }: Knot): string =>
  circle.length <= MAX_NAMED ? circle.join(' → ') : `${circle.slice(0, MAX_NAMED).join(' → ')} → …`

async function write(
  ctx: ServiceContext,
  ready: readonly { slot: Slot; prepared: Prepared }[],
): Promise<void> {
  const { teamId } = ctx.actor
  const rows = ready.map(({ prepared }) => prepared.row)
  const heard = await isHeard(ctx.env.DB, teamHub(teamId), teamId, ctx.now())
  await commit(
    { ...ctx, idempotency: null },
    {
      statements: [
        insertTasks(rows, null),
        insertDependencies(
          teamId,
          ready.flatMap(({ prepared }) => prepared.dependencies),
        ),
        ...ready.flatMap(({ prepared }) => partsOf(ctx, { ...prepared, dependencies: [] })),
      ],
      audit: {
        action: 'task.batch_created',
        targetType: 'team',
        targetId: teamId,
        after: { tasks: rows.length, first: rows[0]?.id },
      },
      messages: [
        ...assignedNotices(ctx, rows),
        ...(heard
          ? rows.map(({ id, title }) => publishChange(ctx, { type: 'task.created', id, name: title }))
          : []),
      ],
    },
  )
  const there = new Map(
    (
      await findTasks(
        ctx.env.DB,
        teamId,
        rows.map(({ id }) => id),
        SHORT,
      )
    ).map((row) => [row.id, row]),
  )
  for (const { slot } of ready) {
    const row = there.get(slot.id)
    slot.result =
      row === undefined
        ? refusal({
            code: 'resource.conflict',
            message: 'The parent does work of its own by now, or is gone.',
          })
        : { ok: true, id: row.id, status: row.status }
  }
}
