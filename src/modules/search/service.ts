import type { ServiceContext } from '../../context.ts'
import { toIso } from '../../core/clock.ts'
import type { Page } from '../../db/paginate.ts'
import { sqlLower } from '../../db/sql-lower.ts'
import { judgeAccess } from '../../http/scopes.ts'
import { searchAgents } from '../agents/index.ts'
import { searchDeployments } from '../deployments/index.ts'
import { searchFiles } from '../files/index.ts'
import { searchIntegrations } from '../integrations/index.ts'
import { searchRuns } from '../runs/index.ts'
import { findTasksByWords } from '../tasks/index.ts'
import { searchWorkflows } from '../workflows/index.ts'
import type { Found, SearchQuery } from './schema.ts'

type Scope =
  | 'runs:read'
  | 'agents:read'
  | 'files:read'
  | 'integrations:read'
  | 'deployments:read'
  | 'tasks:read'

/** Workflows come first, because there are few and people look for them most often. Tasks come last, best matches first. */
export async function search(ctx: ServiceContext, { q, limit }: SearchQuery): Promise<Page<Found>> {
  const { teamId } = ctx.actor
  const text = sqlLower(q)
  const ifAllowed = async <T>(
    scope: Scope,
    find: (d1: D1Database, teamId: string, text: string, limit: number) => Promise<T[]>,
  ): Promise<T[]> =>
    judgeAccess(scope, ctx.actor) === 'allowed' ? find(ctx.env.DB, teamId, text, limit) : []
  const [workflows, runs, agents, files, integrations, deployments, tasks] = await Promise.all([
    searchWorkflows(ctx.env.DB, teamId, text, limit),
    ifAllowed('runs:read', searchRuns),
    ifAllowed('agents:read', searchAgents),
    ifAllowed('files:read', searchFiles),
    ifAllowed('integrations:read', searchIntegrations),
    ifAllowed('deployments:read', searchDeployments),
    ifAllowed('tasks:read', () => findTasksByWords(ctx, teamId, q, limit)),
  ])
  const items: Found[] = [
    ...workflows.map(({ id, name, key, updatedAt }) =>
      found('workflow', { id, title: name, detail: key }, updatedAt),
    ),
    ...runs.map(({ id, title, workflowName, status, createdAt }) =>
      found('run', { id, title: title ?? workflowName, detail: workflowName, status }, createdAt),
    ),
    ...agents.map(({ id, name, type, updatedAt }) =>
      found('agent', { id, title: name, detail: type }, updatedAt),
    ),
    ...files.map(({ id, name, contentType, updatedAt }) =>
      found('file', { id, title: name, detail: contentType }, updatedAt),
    ),
    ...integrations.map(({ id, name, type, status, updatedAt }) =>
      found('integration', { id, title: name, detail: type, status }, updatedAt),
    ),
    ...deployments.map(({ id, project, platform, environment, status, createdAt }) =>
      found('deployment', { id, title: project, detail: `${platform}, ${environment}`, status }, createdAt),
    ),
    ...tasks.map(({ id, title, type, status, updatedAt }) =>
      found('task', { id, title, detail: type, status }, updatedAt),
    ),
  ]
  return { items, nextCursor: null }
}

type Shown = { id: string; title: string; detail: string; status?: string }

const found = (kind: Found['kind'], { status, ...shown }: Shown, at: number): Found => ({
  kind,
  ...shown,
  status: status ?? null,
  at: toIso(at),
})
