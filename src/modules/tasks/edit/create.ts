import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { limitReached, PLAN_LIMITS } from '../../../core/plans.ts'
import type { Versioned } from '../../../core/version.ts'
import { commit, type Statement } from '../../../db/commit.ts'
import { wakeDesk } from '../desk/wake.ts'
import { findGraphVersion, incrementGraphVersion, isStaleGraph } from '../graph/repo.ts'
import { getTask } from '../read/service.ts'
import { toTask } from '../read/view.ts'
import { countOpenTasks } from '../repo/counts.ts'
import { insertDependencies } from '../repo/dependencies.ts'
import { insertTasks, taskRowOf } from '../repo/tasks.ts'
import { upsertSchedule } from '../schedule/repo.ts'
import type { CreateTask, Task } from '../schema/task.ts'
import { assignedNotices } from './assigned-notices.ts'
import { type Prepared, prepareTask } from './new-task.ts'

const MAX_TRIES = 5

export async function createTask(ctx: ServiceContext, body: CreateTask): Promise<Versioned<Task>> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const prepared = await createOnce(ctx, body)
    if (prepared === null) continue
    wakeDesk(ctx, ctx.actor.teamId)
    return viewOfNew(ctx, prepared)
  }
  throw new AppError('resource.stale')
}

/** A draft stays as it was written. The desk may have changed another task already, so that is read. */
async function viewOfNew(
  ctx: ServiceContext,
  { row, dependencies, schedule }: Prepared,
): Promise<Versioned<Task>> {
  if (row.status !== 'draft' || dependencies.length > 0 || schedule !== null) return getTask(ctx, row.id)
  const parts = { dependencies: [], schedule: null, place: null, resultOmitted: false }
  return { view: toTask(taskRowOf(row), parts, ctx.now()), revision: 1 }
}

/** Null if the graph has changed since it was checked. */
async function createOnce(ctx: ServiceContext, body: CreateTask): Promise<Prepared | null> {
  const { teamId } = ctx.actor
  const mayCloseCycle = body.parentId !== undefined && (body.dependsOn ?? []).length > 0
  const seen = mayCloseCycle ? await findGraphVersion(ctx.env.DB, teamId) : 0
  const prepared = await prepareTask(ctx, body)
  const { row } = prepared
  const outcome = await commit(ctx, {
    guard: insertTasks([row], PLAN_LIMITS[ctx.actor.plan].openTasks),
    statements: [...partsOf(ctx, prepared), ...(mayCloseCycle ? [incrementGraphVersion(teamId, seen)] : [])],
    audit: {
      action: 'task.created',
      targetType: 'task',
      targetId: row.id,
      after: { name: row.title, type: row.type, status: row.status },
    },
    messages: assignedNotices(ctx, [row]),
  }).catch((error: unknown) => {
    if (isStaleGraph(error)) return 'stale' as const
    throw error
  })
  if (outcome === 'stale') return null
  if (outcome === 'guard_missed') throw await refused(ctx)
  return prepared
}

/** The other rows of new tasks. */
export const partsOf = (ctx: ServiceContext, { row, dependencies, schedule }: Prepared): Statement[] => [
  ...(dependencies.length === 0 ? [] : [insertDependencies(row.teamId, dependencies)]),
  ...(schedule === null
    ? []
    : [
        upsertSchedule(
          {
            taskId: row.id,
            teamId: row.teamId,
            schedule: JSON.stringify(schedule.given),
            nextFireAt: schedule.first,
            setBy: ctx.actor.userId,
          },
          ctx.now(),
        ),
      ]),
]

/** Why the rows were not written: the plan's limit, or a parent that has changed in the meantime. */
async function refused(ctx: ServiceContext): Promise<AppError> {
  const { plan, teamId } = ctx.actor
  const most = PLAN_LIMITS[plan].openTasks
  const open = await countOpenTasks(ctx.env.DB, teamId)
  if (most !== null && open >= most) return limitReached(plan, 'openTasks', open, 'open tasks')
  return new AppError('resource.conflict', {
    detail: 'The parent has its own work now, or no longer exists.',
  })
}
