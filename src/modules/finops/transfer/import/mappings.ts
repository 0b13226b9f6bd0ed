import type { ServiceContext } from '../../../../context.ts'
import { toIso } from '../../../../core/clock.ts'
import { notFound } from '../../../../core/errors.ts'
import { commit } from '../../../../db/commit.ts'
import { type Page, toPage } from '../../../../db/paginate.ts'
import {
  countMappings,
  deleteMappingRow,
  findMapping,
  findMappings,
  type MappingRow,
  upsertMapping,
} from './repo.ts'
import type { ColumnMapping, ListMappings, SetMapping } from './schema.ts'

export async function listMappings(ctx: ServiceContext, query: ListMappings): Promise<Page<ColumnMapping>> {
  const { teamId } = ctx.actor
  const rows = await findMappings(ctx.db, teamId, query)
  const page = toPage(rows, query, ({ name }) => ({ value: name, id: name }), toMapping)
  return query.count ? { ...page, total: await countMappings(ctx.db, teamId) } : page
}

export async function setMapping(
  ctx: ServiceContext,
  name: string,
  input: SetMapping,
): Promise<ColumnMapping> {
  const { teamId } = ctx.actor
  const row = { teamId, name, ...input, updatedAt: ctx.now() }
  await commit(ctx, {
    statements: [upsertMapping(ctx.db, row)],
    audit: { action: 'mapping.set', targetType: 'mapping', targetId: name, after: input },
  })
  return toMapping(row)
}

export async function deleteMapping(ctx: ServiceContext, name: string): Promise<void> {
  const { teamId } = ctx.actor
  const before = await findMapping(ctx.db, teamId, name)
  const outcome =
    before &&
    (await commit(ctx, {
      guard: deleteMappingRow(ctx.db, teamId, name),
      audit: {
        action: 'mapping.deleted',
        targetType: 'mapping',
        targetId: name,
        before: { columns: before.columns, defaults: before.defaults },
      },
    }))
  if (outcome !== 'done') throw notFound('The mapping')
}

const toMapping = ({ name, columns, defaults, updatedAt }: MappingRow): ColumnMapping => ({
  name,
  columns,
  defaults,
  updatedAt: toIso(updatedAt),
})
