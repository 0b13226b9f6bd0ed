import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { decodeCursor } from '../../../core/cursor.ts'
import { AppError, type FieldError, notFound } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import { commit } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { compileSchema } from '../../../engine/json-schema/compile.ts'
import { filledVariables, fillIn, placeholdersIn, requireMayPublish } from '../../templates/index.ts'
import { MAX_BATCH } from '../batch/schema.ts'
import { createTasks } from '../batch/service.ts'
import { OFFERED_TYPES } from '../types/index.ts'
import { BUILT_IN_SINCE, BUILT_IN_TEMPLATES } from './built-in/index.ts'
import type { BuiltInTemplate } from './built-in/template.ts'
import {
  countTemplates,
  deleteTemplate as deleteRow,
  findTemplate,
  findTemplates,
  insertTemplate,
  MAX_TEMPLATES,
  type TemplateRow,
} from './repo.ts'
import type {
  CreateTaskTemplate,
  ListTaskTemplates,
  TaskTemplate,
  TaskTemplateSummary,
  UsedTaskTemplate,
  UseTaskTemplate,
} from './schema.ts'

type Tree = Record<string, unknown>

const builtInView = ({ task, ...one }: BuiltInTemplate): TaskTemplate => ({
  ...one,
  source: 'built-in',
  visibility: 'public',
  createdAt: BUILT_IN_SINCE,
  task,
})

const rowView = (row: TemplateRow): TaskTemplate => ({
  id: row.id,
  name: row.name,
  description: row.description,
  type: row.type,
  source: row.isOwn === 1 ? 'team' : 'public',
  visibility: row.visibility,
  variables: JSON.parse(row.variables),
  createdAt: toIso(row.createdAt),
  task: JSON.parse(row.task),
})

const briefly = ({ task: _task, ...summary }: TaskTemplate): TaskTemplateSummary => summary

/** Built-in templates are merged by their time: they are few, so each page looks at all of them. */
export async function listTemplates(
  ctx: ServiceContext,
  query: ListTaskTemplates,
): Promise<Page<TaskTemplateSummary>> {
  const { teamId } = ctx.actor
  const { source, type } = query
  const stored = source === 'built-in' ? null : { source, type }
  const rows = stored === null ? [] : await findTemplates(ctx.env.DB, teamId, stored, query)
  const builtIn =
    source === undefined || source === 'built-in'
      ? BUILT_IN_TEMPLATES.filter((one) => type === undefined || one.type === type).map(builtInView)
      : []
  const positionOf = (one: TaskTemplate) => ({ value: Date.parse(one.createdAt), id: one.id })
  const sign = query.sort === '-created' ? -1 : 1
  const order = (a: TaskTemplate, b: TaskTemplate): number =>
    sign * (positionOf(a).value - positionOf(b).value || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  const shown = afterCursor(builtIn, query, order)
  const all = [...rows.map(rowView), ...shown].sort(order).slice(0, query.limit + 1)
  const page = toPage(all, query, positionOf, briefly)
  if (!query.count) return page
  return {
    ...page,
    total: builtIn.length + (stored === null ? 0 : await countTemplates(ctx.env.DB, teamId, stored)),
  }
}

function afterCursor(
  builtIn: TaskTemplate[],
  query: ListTaskTemplates,
  order: (a: TaskTemplate, b: TaskTemplate) => number,
): TaskTemplate[] {
  if (query.cursor === undefined) return builtIn
  const at = decodeCursor(query.cursor, query.sort)
  const there = { id: at.id, createdAt: toIso(Number(at.value)) } as TaskTemplate
  return builtIn.filter((one) => order(one, there) > 0)
}

export async function getTemplate(ctx: ServiceContext, id: string): Promise<TaskTemplate> {
  const builtIn = BUILT_IN_TEMPLATES.find((one) => one.id === id)
  if (builtIn !== undefined) return builtInView(builtIn)
  const row = await findTemplate(ctx.env.DB, ctx.actor.teamId, id)
  if (row === null) throw notFound('The template')
  return rowView(row)
}

const MAX_TREE_CHARS = 500_000

export async function createTemplate(ctx: ServiceContext, body: CreateTaskTemplate): Promise<TaskTemplate> {
  const { teamId, userId } = ctx.actor
  if (body.visibility === 'public') requireMayPublish(ctx.actor)
  const { type } = body.task
  const errors: FieldError[] = []
  if (typeof type !== 'string' || !(OFFERED_TYPES as string[]).includes(type))
    errors.push({
      path: '/task/type',
      message: `Must be one of ${OFFERED_TYPES.join(', ')}`,
      code: 'invalid_value',
    })
  if (typeof body.task.title !== 'string')
    errors.push({ path: '/task/title', message: 'Is required', code: 'invalid_type' })
  const schema = compileSchema({ type: 'object', ...body.variables })
  if (!schema.ok)
    errors.push({ path: '/variables', message: 'Is not a supported JSON Schema', code: 'custom' })
  const known = Object.keys((body.variables.properties ?? {}) as Tree)
  for (const name of placeholdersIn(body.task))
    if (!known.includes(name))
      errors.push({
        path: '/task',
        message: `The variable ${name} is not declared`,
        code: 'template.unknown_variable',
      })
  if (JSON.stringify(body.task).length > MAX_TREE_CHARS)
    errors.push({ path: '/task', message: 'Is too large', code: 'too_big' })
  if (errors.length > 0) throw new AppError('request.invalid', { errors })
  const now = ctx.now()
  const id = newId('tpl', now)
  const done = await commit(ctx, {
    guard: insertTemplate({
      id,
      teamId,
      name: body.name,
      description: body.description,
      type: String(type),
      visibility: body.visibility,
      variables: JSON.stringify(body.variables),
      task: JSON.stringify(body.task),
      createdBy: userId,
      createdAt: now,
    }),
    audit: {
      action: 'template.created',
      targetType: 'template',
      targetId: id,
      after: { name: body.name, visibility: body.visibility },
    },
  })
  if (done === 'guard_missed')
    throw new AppError('resource.conflict', {
      detail: `A team keeps at most ${MAX_TEMPLATES} templates of tasks.`,
    })
  return getTemplate(ctx, id)
}

export async function deleteTemplate(ctx: ServiceContext, id: string): Promise<void> {
  const done = await commit(ctx, {
    guard: deleteRow(ctx.actor.teamId, id),
    audit: { action: 'template.deleted', targetType: 'template', targetId: id },
  })
  if (done === 'guard_missed') throw notFound('The template')
}

/** Creates all tasks or none. Errors contain the place in the tree. */
export async function applyTemplate(
  ctx: ServiceContext,
  id: string,
  { variables, overrides, count, execute }: UseTaskTemplate,
): Promise<UsedTaskTemplate> {
  const template = await getTemplate(ctx, id)
  const filled = fillIn(template.task, filledVariables(template.variables, variables)) as Tree
  const tree = { ...filled, ...overrides }
  const wanted = sizeOf(tree) * count
  if (wanted > MAX_BATCH)
    throw new AppError('request.invalid', {
      errors: [
        {
          path: '/count',
          message: `At most ${MAX_BATCH} tasks are created at a time; these would be ${wanted}`,
          code: 'too_big',
        },
      ],
    })
  const items = Array.from({ length: count }, (_, n) => flatten(tree, `${n}`, null, execute)).flat()
  const { results } = await createTasks(ctx, { items: items.map(({ item }) => item) }, null, {
    allOrNone: true,
  })
  const errors = results.flatMap((result, at) =>
    result.ok ? [] : [{ ...result.error, path: `/task${items[at]?.path ?? ''}` as const }],
  )
  if (errors.length > 0)
    throw new AppError('request.invalid', {
      detail: 'The template cannot be used with these values.',
      errors: errors.slice(0, 50) as FieldError[],
    })
  const tops = results.filter((_result, at) => items[at]?.path === '')
  return { tasks: tops.flatMap((result) => (result.ok ? [result.id] : [])), made: results.length }
}

/** The number of tasks in a tree. */
const sizeOf = ({ subtasks }: Tree): number =>
  Array.isArray(subtasks) ? (subtasks as Tree[]).reduce((sum, child) => sum + sizeOf(child), 1) : 1

type Flat = { item: Tree; path: string }

/** A tree as items of a batch. References contain the number of the copy, so that copies do not collide. */
function flatten(tree: Tree, copy: string, parent: string | null, execute: boolean, path = ''): Flat[] {
  const { subtasks, ref, dependsOn, ...task } = tree
  const own = `${copy}/${typeof ref === 'string' ? ref : path === '' ? 'top' : path}`
  const children = Array.isArray(subtasks) ? (subtasks as Tree[]) : []
  const item: Tree = {
    ...task,
    ref: own,
    ...(parent === null ? {} : { parentRef: parent }),
    ...(Array.isArray(dependsOn)
      ? {
          dependsOn: (dependsOn as Tree[]).map((one) =>
            typeof one.ref === 'string' ? { ...one, ref: `${copy}/${one.ref}` } : one,
          ),
        }
      : {}),
    ...(execute && children.length === 0 && task.autoStart === undefined ? { autoStart: true } : {}),
  }
  return [
    { item, path },
    ...children.flatMap((child, n) => flatten(child, copy, own, execute, `${path}/subtasks/${n}`)),
  ]
}
