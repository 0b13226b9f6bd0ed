import type { ReadContext, ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { AppError } from '../../../core/errors.ts'
import { type Expected, requireExpected, type Versioned } from '../../../core/version.ts'
import { commit } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import type { TriggerList } from '../../triggers/index.ts'
import { addUsage, LEVEL_PERIOD } from '../../usage/index.ts'
import { findCallers } from '../repo/callers.ts'
import { countWorkflows, findWorkflows } from '../repo/list.ts'
import { clearErrorWorkflow, deleteWorkflow as deleteWorkflowRow, findRecentRuns } from '../repo/workflows.ts'
import type {
  CloneWorkflow,
  ListWorkflows,
  UpdateWorkflow,
  Workflow,
  WorkflowSummary,
} from '../schema/workflow.ts'
import { changeWorkflow } from './change.ts'
import { createWorkflow, requireErrorWorkflow } from './create.ts'
import { getWorkflow, requireWorkflow, toSummary } from './view.ts'

export async function listWorkflows(ctx: ReadContext, query: ListWorkflows): Promise<Page<WorkflowSummary>> {
  const { rows, actor } = await ctx.read((who) => findWorkflows(who.teamId, query))
  const column = query.sort.replace('-', '') as 'createdAt' | 'updatedAt' | 'name'
  const page = toPage(
    rows,
    query,
    (row) => ({ value: row[column], id: row.id }),
    (row) => toSummary({ ...ctx, actor }, row),
  )
  const items = query.include === 'recent' ? await withRecent(ctx, actor.teamId, page.items) : page.items
  const shown = { ...page, items }
  return query.count ? { ...shown, total: await countWorkflows(ctx.env.DB, actor.teamId, query) } : shown
}

const MAX_RECENT = 32

async function withRecent(
  ctx: ReadContext,
  teamId: string,
  items: WorkflowSummary[],
): Promise<WorkflowSummary[]> {
  if (items.length === 0) return items
  const ids = items.map(({ id }) => id)
  const found = await findRecentRuns(ctx.env.DB, teamId, ids, MAX_RECENT)
  const recent = new Map(found.map(({ workflowId, runs }) => [workflowId, JSON.parse(runs) as RecentRow[]]))
  return items.map((item) => ({
    ...item,
    recent: (recent.get(item.id) ?? []).map((run) => ({ ...run, createdAt: toIso(run.createdAt) })),
  }))
}

type Recent = NonNullable<WorkflowSummary['recent']>[number]
type RecentRow = Omit<Recent, 'createdAt'> & { createdAt: number }

export async function updateWorkflow(
  ctx: ServiceContext,
  id: string,
  input: UpdateWorkflow,
  expected: Expected,
): Promise<Versioned<Workflow>> {
  const { definition, triggers, note, ...fields } = input
  await requireErrorWorkflow(ctx, fields.errorWorkflowId, id)
  return changeWorkflow(ctx, id, expected, () => ({
    action: 'workflow.updated',
    fields,
    definition,
    triggers,
    note: note ?? '',
  }))
}

/** Whether its triggers start runs. It can always be started manually. */
export const setActive = (
  ctx: ServiceContext,
  id: string,
  active: boolean,
  expected: Expected,
): Promise<Versioned<Workflow>> =>
  changeWorkflow(ctx, id, expected, () => ({
    action: active ? 'workflow.activated' : 'workflow.deactivated',
    fields: { active },
  }))

/** Keeps the workflow's runs. Active runs continue, because each has its own copy of the definition. */
const MAX_CALLERS_NAMED = 50

/** Deleting a workflow that others call makes their next run fail, so the response lists them first. */
async function refuseUsed(ctx: ServiceContext, id: string): Promise<void> {
  const callers = await findCallers(ctx.env.DB, ctx.actor.teamId, id, MAX_CALLERS_NAMED)
  if (callers.length === 0) return
  throw new AppError('workflow.in_use', {
    detail: 'Change the workflows that use it, or delete it with ?force=true.',
    errors: callers.map((caller) => ({
      resourceId: caller.id,
      code: caller.handlesErrors ? 'workflow.handles_errors' : 'workflow.calls',
      message: caller.handlesErrors
        ? `"${caller.name}" starts it when a run fails`
        : `"${caller.name}" calls it`,
    })),
  })
}

export async function deleteWorkflow(
  ctx: ServiceContext,
  id: string,
  expected: Expected,
  force: boolean,
): Promise<void> {
  const { teamId } = ctx.actor
  const { name, version, revision } = await requireWorkflow(ctx, id)
  requireExpected(expected, revision)
  if (!force) await refuseUsed(ctx, id)
  const done = await commit(ctx, {
    guard: deleteWorkflowRow(teamId, id, requireExpected(expected, revision)),
    statements: [clearErrorWorkflow(teamId, id), addUsage(teamId, LEVEL_PERIOD, 'workflows', -1)],
    audit: { action: 'workflow.deleted', targetType: 'workflow', targetId: id, before: { name, version } },
  })
  if (done === 'done') return
  // Deleted by another request, or changed since it was read.
  await requireWorkflow(ctx, id)
  throw new AppError('resource.stale')
}

export async function cloneWorkflow(
  ctx: ServiceContext,
  id: string,
  input: CloneWorkflow,
): Promise<Versioned<Workflow>> {
  const row = await requireWorkflow(ctx, id)
  return createWorkflow(
    ctx,
    {
      name: input.name ?? `${row.name.slice(0, 192)} (copy)`,
      description: row.description,
      definition: JSON.parse(row.definition),
      triggers: JSON.parse(row.storedTriggers),
      tags: input.tags ?? JSON.parse(row.tags),
      folder: input.folder ?? row.folder,
      errorWorkflowId: row.errorWorkflowId,
      active: input.active,
      note: `Copied from ${row.name}, version ${row.version}`.slice(0, 500),
    },
    { action: 'workflow.cloned', from: id },
  )
}

export async function listTriggers(ctx: ReadContext, id: string): Promise<Versioned<TriggerList>> {
  const { view, revision } = await getWorkflow(ctx, id)
  return { view: toTriggerList(view), revision }
}

export async function setTriggers(
  ctx: ServiceContext,
  id: string,
  triggers: unknown[],
  expected: Expected,
): Promise<Versioned<TriggerList>> {
  const { view, revision } = await changeWorkflow(ctx, id, expected, () => ({
    action: 'workflow.updated',
    triggers,
  }))
  return { view: toTriggerList(view), revision }
}

const toTriggerList = ({ version, triggers }: Workflow): TriggerList => ({
  items: triggers,
  nextCursor: null,
  version,
})
