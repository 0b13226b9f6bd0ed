import type { ServiceContext } from '../../context.ts'
import { toIso } from '../../core/clock.ts'
import type { Page } from '../../db/paginate.ts'
import { judgeAccess } from '../../http/scopes.ts'
import { searchRuns } from '../runs/index.ts'
import { findTasksByWords } from '../tasks/index.ts'
import { searchWorkflows } from '../workflows/index.ts'
import type { Found, SearchQuery } from './schema.ts'

/** Workflows come first, because there are few and people look for them most often. Tasks come last, best matches first. */
export async function search(ctx: ServiceContext, { q, limit }: SearchQuery): Promise<Page<Found>> {
  const { teamId } = ctx.actor
  const maySee = (scope: 'runs:read' | 'tasks:read') => judgeAccess(scope, ctx.actor) === 'allowed'
  const text = q.toLowerCase()
  const [workflows, runs, tasks] = await Promise.all([
    searchWorkflows(ctx.env.DB, teamId, text, limit),
    maySee('runs:read') ? searchRuns(ctx.env.DB, teamId, text, limit) : [],
    maySee('tasks:read') ? findTasksByWords(ctx, teamId, q, limit) : [],
  ])
  const items = [
    ...workflows.map(({ id, name, key, updatedAt }): Found => {
      return { kind: 'workflow', id, title: name, detail: key, status: null, at: toIso(updatedAt) }
    }),
    ...runs.map(({ id, title, workflowName, status, createdAt }): Found => {
      return {
        kind: 'run',
        id,
        title: title ?? workflowName,
        detail: workflowName,
        status,
        at: toIso(createdAt),
      }
    }),
    ...tasks.map(({ id, title, type, status, updatedAt }): Found => {
      return { kind: 'task', id, title, detail: type, status, at: toIso(updatedAt) }
    }),
  ]
  return { items, nextCursor: null }
}
