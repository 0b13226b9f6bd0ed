// Templates of agents: their settings, without being agents.
import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import type { Versioned } from '../../../core/version.ts'
import { commit, commitOrStale } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { builtInAgent, isBuiltInType } from '../built-in/types.ts'
import { type Content, contentOf, withChanges } from '../stored/content.ts'
import type {
  Agent,
  AgentConfig,
  AgentTemplate,
  CreateTemplate,
  ListTemplates,
  UseTemplate,
} from '../stored/schema.ts'
import { requireAgent, storeAgent } from '../stored/service.ts'
import {
  countTemplates,
  deleteTemplate as deleteRow,
  findTemplate,
  findTemplates,
  insertTemplate,
  MAX_TEMPLATES,
  type TemplateRow,
} from './repo.ts'

type Kept = Pick<Content, 'type' | 'tags' | 'config'>

function toTemplate({ id, name, description, agent, createdBy, createdAt }: TemplateRow): AgentTemplate {
  const { type, tags, config } = JSON.parse(agent) as Kept
  return { id, name, description, agent: { type, tags, ...config }, createdBy, createdAt: toIso(createdAt) }
}

export async function listTemplates(ctx: ServiceContext, query: ListTemplates): Promise<Page<AgentTemplate>> {
  const { teamId } = ctx.actor
  const rows = await findTemplates(ctx.env.DB, teamId, query)
  const page = toPage(rows, query, ({ createdAt, id }) => ({ value: createdAt, id }), toTemplate)
  return query.count ? { ...page, total: await countTemplates(ctx.env.DB, teamId, query.q) } : page
}

export const getTemplate = async (ctx: ServiceContext, id: string): Promise<AgentTemplate> =>
  toTemplate(await requireTemplate(ctx, id))

async function requireTemplate(ctx: ServiceContext, id: string): Promise<TemplateRow> {
  const row = await findTemplate(ctx.env.DB, ctx.actor.teamId, id)
  if (row === null) throw notFound('The template')
  return row
}

export async function createTemplate(ctx: ServiceContext, input: CreateTemplate): Promise<AgentTemplate> {
  const { agentId, name, description } = input
  const { type, tags, config } = isBuiltInType(agentId)
    ? builtInAgent(agentId)
    : contentOf(await requireAgent(ctx, agentId))
  const { teamId, userId } = ctx.actor
  const now = ctx.now()
  const id = newId('tpl', now)
  const kept: Kept = { type, tags, config }
  const outcome = await commit(ctx, {
    guard: insertTemplate({
      id,
      teamId,
      name,
      description,
      agent: JSON.stringify(kept),
      createdBy: userId,
      createdAt: now,
    }),
    audit: {
      action: 'template.created',
      targetType: 'agent_template',
      targetId: id,
      after: { name, agentId },
    },
  })
  if (outcome === 'guard_missed')
    throw new AppError('resource.conflict', {
      detail: `A team keeps at most ${MAX_TEMPLATES} templates of agents.`,
    })
  return getTemplate(ctx, id)
}

export async function deleteTemplate(ctx: ServiceContext, id: string): Promise<void> {
  const { name } = await requireTemplate(ctx, id)
  await commitOrStale(ctx, {
    guard: deleteRow(ctx.actor.teamId, id),
    audit: { action: 'template.deleted', targetType: 'agent_template', targetId: id, before: { name } },
  })
}

export async function applyTemplate(
  ctx: ServiceContext,
  id: string,
  { name, description, ...changes }: UseTemplate,
): Promise<Versioned<Agent>> {
  const row = await requireTemplate(ctx, id)
  const { type, tags, config } = JSON.parse(row.agent) as Kept
  const content: Content = {
    name: name ?? row.name,
    description: description ?? row.description,
    type,
    tags,
    config: withChanges(config, changes as Partial<AgentConfig>),
  }
  return storeAgent(ctx, content, 'agent.created_from_template')
}
