import type { Actor, ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { decodeCursor } from '../../../core/cursor.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import type { Versioned } from '../../../core/version.ts'
import { commit } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { requireScope } from '../../../http/scopes.ts'
import type { Workflow } from '../../workflows/index.ts'
import { createWorkflow } from '../../workflows/index.ts'
import type { BuiltIn } from '../built-in/built-in.ts'
import { BUILT_IN_SINCE, BUILT_INS } from '../built-in/index.ts'
import {
  countTemplates,
  deleteTemplate as deleteRow,
  type FullTemplateRow,
  findTemplate,
  findTemplates,
  insertTemplate,
  MAX_TEMPLATES,
  type TemplateRow,
} from '../repo.ts'
import type { ListTemplates, Template, TemplateSummary, UseTemplate } from '../schema.ts'
import { fillIn } from './placeholders.ts'
import { filledVariables } from './variables.ts'

export async function listTemplates(
  ctx: ServiceContext,
  query: ListTemplates,
): Promise<Page<TemplateSummary>> {
  const { source } = query
  const { teamId } = ctx.actor
  const asked = source === 'built-in' ? null : { ...query, source }
  const ours = asked === null ? [] : await findTemplates(ctx.env.DB, teamId, asked)
  const builtIn = source === undefined || source === 'built-in' ? BUILT_INS.map(builtInSummary) : []
  const items = [...ours.map(rowSummary), ...builtIn]
  const position = (item: TemplateSummary) => ({ value: Date.parse(item.createdAt), id: item.id })
  const sign = query.sort === '-createdAt' ? -1 : 1
  const order = (
    a: { value: string | number; id: string },
    b: { value: string | number; id: string },
  ): number => sign * (Number(a.value) - Number(b.value) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor, query.sort)
  const shown = items
    .filter((item) => after === null || order(position(item), after) > 0)
    .filter((item) => fits(item, query))
    .sort((a, b) => order(position(a), position(b)))
  const page = toPage(shown.slice(0, query.limit + 1), query, position, (item) => item)
  if (!query.count) return page
  const stored = asked === null ? 0 : await countTemplates(ctx.env.DB, teamId, asked)
  return { ...page, total: stored + builtIn.filter((item) => fits(item, query)).length }
}

function fits(item: TemplateSummary, { category, q }: ListTemplates): boolean {
  if (category !== undefined && item.category !== category) return false
  const text = q?.toLowerCase()
  return (
    text === undefined ||
    item.name.toLowerCase().includes(text) ||
    item.description.toLowerCase().includes(text)
  )
}

export async function getTemplate(ctx: ServiceContext, id: string): Promise<Template> {
  const builtIn = BUILT_INS.find((one) => one.id === id)
  if (builtIn !== undefined)
    return { ...builtInSummary(builtIn), definition: builtIn.definition, triggers: builtIn.triggers ?? [] }
  const row = (await findTemplate(ctx.env.DB, ctx.actor.teamId, id)) ?? missing()
  return fromRow(row)
}

/** All teams see a public template, and what they make from it does what it says. */
export function requireMayPublish(actor: Actor): void {
  requireScope(
    actor,
    'admin:write',
    'Only administrators of the installation can publish a template to all teams.',
  )
}

export async function storeTemplate(
  ctx: ServiceContext,
  input: Omit<Template, 'id' | 'source' | 'createdAt'>,
): Promise<Template> {
  const { teamId, userId } = ctx.actor
  if (input.isPublic) requireMayPublish(ctx.actor)
  const now = ctx.now()
  const id = newId('tpl', now)
  const done = await commit(ctx, {
    guard: insertTemplate({
      ...input,
      id,
      teamId,
      definition: JSON.stringify(input.definition),
      triggers: JSON.stringify(input.triggers),
      variables: JSON.stringify(input.variables),
      createdBy: userId,
      now,
    }),
    audit: {
      action: 'template.created',
      targetType: 'template',
      targetId: id,
      after: { name: input.name, isPublic: input.isPublic },
    },
  })
  if (done === 'guard_missed')
    throw new AppError('resource.conflict', { detail: `A team can have at most ${MAX_TEMPLATES} templates.` })
  return getTemplate(ctx, id)
}

/** Only the team's own templates. Public templates of other teams get another error, because they are visible. */
export async function deleteTemplate(ctx: ServiceContext, id: string): Promise<void> {
  const done = await commit(ctx, {
    guard: deleteRow(ctx.actor.teamId, id),
    audit: { action: 'template.deleted', targetType: 'template', targetId: id },
  })
  if (done === 'guard_missed') missing()
}

export async function applyTemplate(
  ctx: ServiceContext,
  id: string,
  input: UseTemplate,
): Promise<Versioned<Workflow>> {
  const template = await getTemplate(ctx, id)
  const variables = filledVariables(template.variables, input.variables)
  return createWorkflow(
    ctx,
    {
      name: input.name ?? template.name,
      description: input.description ?? template.description,
      definition: fillIn(template.definition, variables) as Record<string, unknown>,
      triggers: fillIn(template.triggers, variables) as Record<string, unknown>[],
      tags: input.tags,
      folder: input.folder,
      active: input.active,
      errorWorkflowId: null,
      note: `From the template ${template.name}`.slice(0, 500),
    },
    { action: 'workflow.created_from_template', from: id },
  )
}

const missing = (): never => {
  throw notFound('The template')
}

const fromRow = (row: FullTemplateRow): Template => ({
  ...rowSummary(row),
  definition: JSON.parse(row.definition),
  triggers: JSON.parse(row.triggers),
})

const rowSummary = (row: TemplateRow): TemplateSummary => ({
  id: row.id,
  name: row.name,
  description: row.description,
  category: row.category,
  isPublic: row.isPublic === 1,
  source: row.isOwn === 1 ? 'team' : 'public',
  variables: JSON.parse(row.variables),
  createdAt: toIso(row.createdAt),
})

const builtInSummary = (template: BuiltIn): TemplateSummary => ({
  id: template.id,
  name: template.name,
  description: template.description,
  category: template.category,
  isPublic: true,
  source: 'built-in',
  variables: template.variables,
  createdAt: BUILT_IN_SINCE,
})
