// Agents of a team. Invariants:
// 1. Each change creates a version, in the same batch. The number of a run's version always finds its settings.
// 2. Settings that make every call fail are refused when they are saved.
import type { ServiceContext } from '../../../context.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import { requireRoom } from '../../../core/plans.ts'
import { byVersion, type Expected, requireExpected, type Versioned } from '../../../core/version.ts'
import { commit, commitOrStale } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { type BuiltInType, builtInAgent } from '../built-in/types.ts'
import {
  type Content,
  contentOf,
  requireValidConfig,
  startOf,
  storedContent,
  toAgent,
  toVersion,
  withChanges,
} from './content.ts'
import { requireKnownCredentials, requireToolRights } from './credentials.ts'
import {
  type AgentRow,
  countAgents,
  countVersions,
  deleteAgent as deleteRow,
  findAgent,
  findAgents,
  findVersions,
  insertAgent,
  insertVersion,
  updateAgent as updateRow,
} from './repo.ts'
import type {
  Agent,
  AgentConfig,
  AgentVersion,
  CloneAgent,
  CreateAgent,
  ListAgents,
  ListVersions,
  UpdateAgent,
} from './schema.ts'

export async function listAgents(ctx: ServiceContext, query: ListAgents): Promise<Page<Agent>> {
  const { teamId } = ctx.actor
  const rows = await findAgents(ctx.env.DB, teamId, query)
  const field = query.sort.replace('-', '') as 'createdAt' | 'updatedAt' | 'name'
  const page = toPage(rows, query, (row) => ({ value: row[field], id: row.id }), toAgent)
  return query.count ? { ...page, total: await countAgents(ctx.env.DB, teamId, query) } : page
}

export const getAgent = async (ctx: ServiceContext, id: string): Promise<Versioned<Agent>> =>
  byVersion(toAgent(await requireAgent(ctx, id)))

export async function requireAgent(ctx: ServiceContext, id: string): Promise<AgentRow> {
  const row = await findAgent(ctx.env.DB, ctx.actor.teamId, id)
  if (row === null) throw notFound('The agent')
  return row
}

export async function createAgent(ctx: ServiceContext, input: CreateAgent): Promise<Versioned<Agent>> {
  const { name, description, type, tags, ...changes } = input
  const config = withChanges(startOf(type), changes as Partial<AgentConfig>)
  return storeAgent(ctx, { name, description, type, tags, config }, 'agent.created')
}

export async function storeAgent(
  ctx: ServiceContext,
  content: Content,
  action: 'agent.created' | 'agent.cloned' | 'agent.created_from_template',
): Promise<Versioned<Agent>> {
  const { teamId, userId, plan } = ctx.actor
  requireValidConfig(content.config)
  requireToolRights(ctx.actor, content.config.tools)
  await requireKnownCredentials(ctx, content.config)
  const now = ctx.now()
  const id = newId('agt', now)
  const outcome = await commit(ctx, {
    guard: insertAgent({ id, teamId, ...storedContent(content), createdBy: userId, createdAt: now }, plan),
    statements: [insertVersion(id, userId, now)],
    audit: { action, targetType: 'agent', targetId: id, after: { ...audited(content), version: 1 } },
  })
  if (outcome === 'guard_missed') {
    requireRoom(plan, 'agents', await countAgents(ctx.env.DB, teamId), 'agents')
    throw new AppError('resource.conflict', { detail: 'The plan was just changed. Try again.' })
  }
  return getAgent(ctx, id)
}

export function updateAgent(
  ctx: ServiceContext,
  id: string,
  { name, description, type, tags, ...changes }: UpdateAgent,
  expected: Expected,
): Promise<Versioned<Agent>> {
  return change(ctx, id, expected, (before) => ({
    name: name ?? before.name,
    description: description ?? before.description,
    type: type ?? before.type,
    tags: tags ?? before.tags,
    config: withChanges(before.config, changes as Partial<AgentConfig>),
  }))
}

export async function change(
  ctx: ServiceContext,
  id: string,
  expected: Expected,
  next: (before: Content) => Content,
): Promise<Versioned<Agent>> {
  const { teamId, userId } = ctx.actor
  const row = await requireAgent(ctx, id)
  requireExpected(expected, row.version)
  const before = contentOf(row)
  const after = next(before)
  const stored = storedContent(after)
  const isSame = (Object.keys(stored) as (keyof typeof stored)[]).every((key) => stored[key] === row[key])
  if (isSame) return byVersion(toAgent(row))
  requireValidConfig(after.config)
  requireToolRights(ctx.actor, after.config.tools)
  await requireKnownCredentials(ctx, after.config)
  const now = ctx.now()
  await commitOrStale(ctx, {
    guard: updateRow(teamId, id, stored, row.version, now),
    statements: [insertVersion(id, userId, now)],
    audit: {
      action: 'agent.updated',
      targetType: 'agent',
      targetId: id,
      before: { ...audited(before), version: row.version },
      after: { ...audited(after), version: row.version + 1 },
    },
  })
  return getAgent(ctx, id)
}

export async function deleteAgent(ctx: ServiceContext, id: string, expected: Expected): Promise<void> {
  const row = await requireAgent(ctx, id)
  const seen = requireExpected(expected, row.version)
  await commitOrStale(ctx, {
    guard: deleteRow(ctx.actor.teamId, id, seen),
    audit: { action: 'agent.deleted', targetType: 'agent', targetId: id, before: audited(contentOf(row)) },
  })
}

export async function cloneAgent(
  ctx: ServiceContext,
  id: string,
  { name }: CloneAgent,
): Promise<Versioned<Agent>> {
  const content = contentOf(await requireAgent(ctx, id))
  return storeAgent(ctx, { ...content, name: name ?? copyName(content.name) }, 'agent.cloned')
}

export const cloneType = (
  ctx: ServiceContext,
  type: BuiltInType,
  { name }: CloneAgent,
): Promise<Versioned<Agent>> => {
  const content = builtInAgent(type)
  return storeAgent(ctx, { ...content, name: name ?? copyName(content.name) }, 'agent.cloned')
}

const copyName = (name: string): string => `${name.slice(0, 190)} (copy)`

export async function listVersions(
  ctx: ServiceContext,
  id: string,
  query: ListVersions,
): Promise<Page<AgentVersion>> {
  await requireAgent(ctx, id)
  const rows = await findVersions(ctx.env.DB, id, query)
  const page = toPage(rows, query, ({ version }) => ({ value: version, id }), toVersion)
  return query.count ? { ...page, total: await countVersions(ctx.env.DB, id) } : page
}

/** Instructions may be long, and are in the version. */
const audited = ({ name, type, tags, config }: Content) => ({
  name,
  type,
  tags,
  models: config.models.map(({ provider, model }) => `${provider}/${model}`),
  tools: config.tools.map(({ name: tool, policy = 'allow' }) => `${tool}: ${policy}`),
})
