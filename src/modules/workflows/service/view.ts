import type { Actor, ReadContext, RequestContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { notFound } from '../../../core/errors.ts'
import type { Versioned } from '../../../core/version.ts'
import { toTriggers } from '../../triggers/index.ts'
import { type FullWorkflowRow, findWorkflow, type WorkflowRow } from '../repo/workflows.ts'
import type { Workflow, WorkflowSummary } from '../schema/workflow.ts'
import { mayEdit } from './editors.ts'

export async function getWorkflow(ctx: ReadContext, id: string): Promise<Versioned<Workflow>> {
  const { row, actor } = await readRow(ctx, id)
  return toVersioned({ ...ctx, actor }, row)
}

export const requireWorkflow = async (ctx: ReadContext, id: string): Promise<FullWorkflowRow> =>
  (await readRow(ctx, id)).row

async function readRow(ctx: ReadContext, id: string): Promise<{ row: FullWorkflowRow; actor: Actor }> {
  const { rows, actor } = await ctx.read((who) => findWorkflow(who.teamId, id))
  return { row: rows[0] ?? missing(), actor }
}

/** The view depends on the actor: a webhook's URL starts runs, so only people who may edit the workflow see it. */
type Viewer = RequestContext & { actor: Actor }

export const missing = (): never => {
  throw notFound('The workflow')
}

export const toVersioned = (ctx: Viewer, row: FullWorkflowRow): Versioned<Workflow> => ({
  view: { ...toSummary(ctx, row), definition: JSON.parse(row.definition) },
  revision: row.revision,
})

export const toSummary = (ctx: Viewer, row: WorkflowRow): WorkflowSummary => ({
  id: row.id,
  key: row.key,
  name: row.name,
  description: row.description,
  version: row.version,
  active: row.active === 1,
  tags: JSON.parse(row.tags),
  folder: row.folder,
  triggers: toTriggers(row.triggers, mayEdit(ctx.actor) ? ctx.settings.PUBLIC_URL : null),
  errorWorkflowId: row.errorWorkflowId,
  hasDraft: row.draftUpdatedAt !== null,
  createdBy: row.createdBy,
  createdAt: toIso(row.createdAt),
  updatedAt: toIso(row.updatedAt),
})
