// Prepares and writes the items of a request. Invariants:
// 1. Each item is checked separately. A refused item only affects those that depend on it or are part of it.
// 2. An item is written after the items that it refers to. A commit writes at most a hundred items.
// 3. All are created at one moment, and their ids sort in the order of the items, so lists and trees show them in
//    that order.
import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { PLAN_LIMITS } from '../../../core/plans.ts'
import { commit } from '../../../db/commit.ts'
import { publishChange } from '../../../db/publish.ts'
import { teamHub } from '../../../objects/channels.ts'
import { hasFollowers } from '../desk/repo/changes.ts'
import { wakeDesk } from '../desk/wake.ts'
import { assignedNotices } from '../edit/assigned-notices.ts'
import { requireKeyMay } from '../edit/check-input.ts'
import { partsOf } from '../edit/create.ts'
import { type Prepared, prepareTask } from '../edit/new-task.ts'
import { SHORT } from '../repo/columns.ts'
import { countOpenTasks } from '../repo/counts.ts'
import { insertDependencies } from '../repo/dependencies.ts'
import { findTasks, insertTasks, type NewTask } from '../repo/tasks.ts'
import type { CreateTask } from '../schema/task.ts'
import { refuseCycles } from './cycles.ts'
import { inOrder } from './order.ts'
import type { BatchTask } from './schema.ts'
import { errorOf, refusal, type Slot } from './slot.ts'

const A_COMMIT = 100

export async function makeAll(given: ServiceContext, slots: Slot[], allOrNone: boolean): Promise<void> {
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
  await refuseCycles(ctx, ordered)
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

async function write(
  ctx: ServiceContext,
  ready: readonly { slot: Slot; prepared: Prepared }[],
): Promise<void> {
  const { teamId } = ctx.actor
  const rows = ready.map(({ prepared }) => prepared.row)
  const isFollowed = await hasFollowers(ctx.env.DB, teamHub(teamId), teamId, ctx.now())
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
        ...(isFollowed
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
            message: 'The parent has its own work now, or no longer exists.',
          })
        : { ok: true, id: row.id, status: row.status }
  }
}
