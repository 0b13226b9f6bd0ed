import type { ServiceContext } from '../../../context.ts'
import { DAY_MS, dayOf, toIso } from '../../../core/clock.ts'
import { findUsers } from '../repo/uses.ts'
import type { IntegrationUsage, UsageQuery } from '../schema.ts'
import { loadRow } from '../service/view.ts'
import { findUses } from './repo.ts'

const MAX_RUNS_SHOWN = 100
const MAX_REFERENCES_SHOWN = 100

export async function getUsage(
  ctx: ServiceContext,
  id: string,
  { days }: UsageQuery,
): Promise<IntegrationUsage> {
  const { teamId } = ctx.actor
  const row = await loadRow(ctx, id)
  const since = dayOf(ctx.now() - (days - 1) * DAY_MS)
  const [uses, referencedBy] = await Promise.all([
    findUses(ctx.env.DB, teamId, id, since, MAX_RUNS_SHOWN),
    findUsers(ctx.env.DB, teamId, row, MAX_REFERENCES_SHOWN),
  ])
  return {
    integrationId: id,
    since,
    days: uses.days,
    workflows: uses.workflows.map(({ lastAt, ...one }) => ({ ...one, lastUsedAt: toIso(lastAt) })),
    runs: uses.runs.map(({ lastAt, ...one }) => ({ ...one, lastUsedAt: toIso(lastAt) })),
    referencedBy: referencedBy
      .filter(({ kind }) => kind === 'workflow')
      .map((use) => ({ workflowId: use.id, workflowName: use.name })),
    agents: referencedBy
      .filter(({ kind }) => kind === 'agent')
      .map((use) => ({ agentId: use.id, agentName: use.name })),
    tasks: referencedBy
      .filter(({ kind }) => kind === 'task')
      .map((use) => ({ taskId: use.id, taskTitle: use.name })),
    taskTemplates: referencedBy
      .filter(({ kind }) => kind === 'task template')
      .map((use) => ({ templateId: use.id, templateName: use.name })),
    exportsCosts: referencedBy.some(({ kind }) => kind === 'export'),
  }
}
