import type { ServiceContext } from '../../context.ts'
import { toIso } from '../../core/clock.ts'
import { AppError, notFound } from '../../core/errors.ts'
import { commit } from '../../db/commit.ts'
import { type Page, toPage } from '../../db/paginate.ts'
import {
  countVariables,
  deleteVariable as deleteVariableRow,
  findVariable,
  findVariables,
  guardVariableRoom,
  MAX_VARIABLE_BYTES,
  MAX_VARIABLES,
  upsertVariables,
  type VariableRow,
} from './repo.ts'
import type { ListVariables, SetVariables, Variable } from './schema.ts'

export async function listVariables(ctx: ServiceContext, query: ListVariables): Promise<Page<Variable>> {
  const rows = await findVariables(ctx.db, ctx.actor.teamId, query)
  const page = toPage(rows, query, (row) => ({ value: row.name, id: row.name }), toVariable)
  return query.count ? { ...page, total: await countVariables(ctx.db, ctx.actor.teamId) } : page
}

export async function getVariable(ctx: ServiceContext, name: string): Promise<Variable> {
  return toVariable((await findVariable(ctx.db, ctx.actor.teamId, name)) ?? missing())
}

export async function setVariable(
  ctx: ServiceContext,
  name: string,
  value: Variable['value'],
): Promise<Variable> {
  await setVariables(ctx, { [name]: value })
  return getVariable(ctx, name)
}

/** The audit log contains the names of variables but not their values, which might be secret by mistake. */
export async function setVariables(ctx: ServiceContext, values: SetVariables['values']): Promise<void> {
  const { teamId, userId } = ctx.actor
  const entries = Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)] as const)
  if (entries.length === 0) return
  const names = JSON.stringify(entries.map(([name]) => name))
  const done = await commit(ctx, {
    guard: guardVariableRoom(teamId, entries.map(([, text]) => text).join(''), names),
    statements: [upsertVariables(teamId, JSON.stringify(entries), userId, ctx.now())],
    audit: {
      action: 'variable.set',
      targetType: 'variable',
      targetId: entries.length === 1 ? (entries[0]?.[0] ?? '') : teamId,
      after: { names: entries.map(([name]) => name) },
    },
  })
  if (done === 'guard_missed')
    throw new AppError('request.invalid', {
      detail: `A team can have at most ${MAX_VARIABLES} variables with a total of ${MAX_VARIABLE_BYTES} bytes.`,
      errors: [{ path: '/value', message: 'too much', code: 'too_big' }],
    })
}

export async function deleteVariable(ctx: ServiceContext, name: string): Promise<void> {
  const done = await commit(ctx, {
    guard: deleteVariableRow(ctx.actor.teamId, name),
    audit: { action: 'variable.deleted', targetType: 'variable', targetId: name },
  })
  if (done === 'guard_missed') missing()
}

const missing = (): never => {
  throw notFound('The variable')
}

const toVariable = (row: VariableRow): Variable => ({
  name: row.name,
  value: JSON.parse(row.value),
  updatedBy: row.updatedBy,
  updatedAt: toIso(row.updatedAt),
})
