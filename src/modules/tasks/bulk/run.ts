// A run of kind `bulk` cancels, retries or deletes the tasks that a filter finds. Its output is the report. Invariants:
// 1. The next tasks are recorded before they are changed, so a page that is repeated after a crash changes the same tasks.
// 2. A repeated page skips tasks that the lost attempt has already cancelled, deleted or restarted, and counts them as done.
// 3. Each page checks again that the person who started the run is a member with the right to do it. Tasks created after the start are
//    left alone.
import { type ServiceContext, serviceContext } from '../../../context.ts'
import { MINUTE_MS } from '../../../core/clock.ts'
import { AppError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import { commit } from '../../../db/commit.ts'
import { judgeAccess } from '../../../http/scopes.ts'
import { hasEnded } from '../pure/status.ts'
import { searchedFilter } from '../read/service.ts'
import { walkPage } from '../read/walk.ts'
import type { TaskRow } from '../repo/columns.ts'
import type { ListFilter } from '../repo/list.ts'
import { findTask } from '../repo/tasks.ts'
import { startRunOfTasks } from '../run-of-tasks.ts'
import type { TaskFilter } from '../schema/task.ts'
import type { StepScope } from '../step-scope.ts'
import { findMember } from './repo.ts'
import type { BulkTaskRun, BulkVerb } from './schema.ts'
import { CHANGES } from './service.ts'

const PAGE = 100
const MAX_REFUSED = 1_000

type BulkInput = { verb: BulkVerb; filter: ListFilter; createdTo: number }
type Chosen = { tasks: [id: string, attempt: number][]; cursor: string | null }
export type Report = {
  done: number
  refused: number
  errors: { id: string; code: string; message: string }[]
}

const RETRY = { attempts: 5, delayMs: 1_000, factor: 2 }

const DEFINITION = JSON.stringify({
  name: 'Change tasks',
  settings: { title: '{{ input.verb }} tasks' },
  nodes: [
    {
      id: 'choose',
      type: 'tasks.choose',
      name: 'Choose the next tasks',
      params: { given: '{{ nodes.choose?.cursor ?? null }}' },
      retry: RETRY,
      timeoutMs: MINUTE_MS,
    },
    {
      id: 'change',
      type: 'tasks.change',
      name: 'Change them',
      params: {
        given:
          '{{ ({ tasks: nodes.choose.tasks, cursor: nodes.choose.cursor, before: nodes.change ?? null }) }}',
      },
      retry: RETRY,
      timeoutMs: 15 * MINUTE_MS,
    },
  ],
  edges: [
    { from: 'choose', to: 'change' },
    { from: 'change', to: 'choose', port: 'again', back: true, maxIterations: 10_000 },
  ],
  output: '{{ nodes.change }}',
})

export async function startBulk(
  ctx: ServiceContext,
  verb: BulkVerb,
  query: TaskFilter,
): Promise<BulkTaskRun> {
  const { teamId, userId } = ctx.actor
  const { fitting } = CHANGES[verb]
  const asked = fitting === null || query.status !== undefined ? query : { ...query, status: [...fitting] }
  const filter = await searchedFilter(ctx, teamId, asked, userId)
  const input = { verb, filter, createdTo: ctx.now() } satisfies BulkInput
  await commit(
    { ...ctx, idempotency: null },
    {
      audit: {
        action: `tasks.bulk_${verb}`,
        targetType: 'team',
        targetId: teamId,
        after: { filter: JSON.parse(JSON.stringify(query)) },
      },
    },
  )
  const name = `${verb[0]?.toUpperCase()}${verb.slice(1)} tasks`
  return startRunOfTasks(ctx, { kind: 'bulk', name, definition: DEFINITION }, input)
}

export async function chooseTasks({ request, teamId, input }: StepScope, given: Json): Promise<Json> {
  const { filter, createdTo } = input as unknown as BulkInput
  const bounded = { ...filter, createdTo: Math.min(filter.createdTo ?? createdTo, createdTo) }
  const place = { sort: '-created', limit: PAGE, cursor: given as string | null } as const
  const { rows, cursor } = await walkPage(request.env.DB, teamId, bounded, place, request.now())
  return { tasks: rows.map(({ id, attempt }) => [id, attempt]), cursor }
}

export async function changeTasks(scope: StepScope, given: Json): Promise<Json> {
  const { verb } = scope.input as unknown as BulkInput
  const { tasks, before } = given as unknown as Chosen & { before: Report | null }
  const ctx = await contextFor(scope, verb)
  const report: Report = { done: 0, refused: 0, ...before, errors: [...(before?.errors ?? [])] }
  for (const [id, attempt] of tasks) {
    try {
      if (!isDone(verb, await findTask(ctx.env.DB, scope.teamId, id), attempt))
        await CHANGES[verb].work(ctx, id)
      report.done++
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      const { code, message } = error
      report.refused++
      if (report.errors.length < MAX_REFUSED) report.errors.push({ id, code, message })
    }
  }
  return report as unknown as Json
}

/** Done by a lost attempt, or together with its parent. */
const isDone = (verb: BulkVerb, row: TaskRow | null, attempt: number): boolean =>
  verb === 'delete'
    ? row === null
    : row !== null &&
      (verb === 'cancel' ? row.status === 'cancelled' : row.attempt > attempt || !hasEnded(row.status))

async function contextFor({ request, teamId, userId }: StepScope, verb: BulkVerb): Promise<ServiceContext> {
  const actor = userId === null ? null : await findMember(request.env.DB, teamId, userId)
  if (actor === null || judgeAccess(verb === 'delete' ? 'tasks:write' : 'tasks:run', actor) !== 'allowed')
    throw new AppError('access.denied', {
      detail: 'The user who started this can no longer change the tasks.',
    })
  return serviceContext(request, actor)
}
