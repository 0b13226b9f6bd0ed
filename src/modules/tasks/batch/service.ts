// Creates or executes many tasks in one request.
import type { ServiceContext } from '../../../context.ts'
import { derivedId, idAmongMany, newId } from '../../../core/ids.ts'
import { requireTask } from '../read/service.ts'
import { enqueue } from '../runs/execute.ts'
import { TaskId } from '../schema/parts.ts'
import type { CreateTasks, ExecuteTasks, TaskResult, TaskResults } from './schema.ts'
import { errorOf, refusal, type Slot, slotOf } from './slot.ts'
import { makeAll } from './write.ts'

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
