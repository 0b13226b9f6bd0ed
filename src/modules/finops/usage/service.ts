// Usage by day. Invariants:
// 1. A team has one row per key. Writing the same key again corrects the row, and the audit log keeps the old
//    amounts.
// 2. A change is only written to the version that it was computed from, so concurrent additions are not lost.
import type { ReadContext, ServiceContext } from '../../../context.ts'
import { notFound } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import { MICROS } from '../../../core/money.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { commit, isUniqueViolation } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { keyOf } from '../snapshots/key.ts'
import { viewDimensions, viewKey } from '../snapshots/view.ts'
import { untilWritten } from '../tries.ts'
import { addAmounts, toAmounts, type UsageAmounts } from './amounts.ts'
import {
  countUsages,
  deleteUsageRow,
  findUsage,
  findUsageByKey,
  findUsages,
  insertUsage,
  type UsageRow,
  updateUsage,
} from './repo.ts'
import type { CreateUsage, ListUsage, Usage } from './schema.ts'

export async function listUsage(ctx: ReadContext, query: ListUsage): Promise<Page<Usage>> {
  const { rows, actor } = await ctx.read(({ teamId }) => findUsages(teamId, query))
  const byDate = query.sort.endsWith('date')
  const page = toPage(
    rows,
    query,
    (row) => ({ value: byDate ? row.date : row.microHours, id: row.id }),
    (row) => toUsage({ ...row, labels: JSON.parse(row.labels) as Record<string, string> }),
  )
  return query.count ? { ...page, total: await countUsages(ctx.env.DB, actor.teamId, query) } : page
}

export async function getUsage(ctx: ServiceContext, id: string): Promise<Usage> {
  return toUsage(await requireUsage(ctx, id))
}

async function requireUsage(ctx: ServiceContext, id: string): Promise<UsageRow> {
  const row = await findUsage(ctx.db, ctx.actor.teamId, id)
  if (row === null) throw notFound('The usage row')
  return row
}

/** Also returns whether the row is new. */
export async function createUsage(
  ctx: ServiceContext,
  input: CreateUsage,
): Promise<{ usage: Usage; isNew: boolean }> {
  const key = keyOf(input)
  const given = toAmounts(input)
  return untilWritten(async () => {
    const before = await findUsageByKey(ctx.db, ctx.actor.teamId, key)
    const amounts = before !== null && input.mode === 'add' ? addAmounts(before, given) : given
    const row = { ...key, ...amounts, labels: input.labels ?? before?.labels ?? {} }
    if (before === null) {
      const id = await insertNew(ctx, row)
      return id === null ? null : { usage: await getUsage(ctx, id), isNew: true }
    }
    const isChanged = await changeOnce(ctx, before, row)
    return isChanged ? { usage: await getUsage(ctx, before.id), isNew: false } : null
  })
}

type NewRow = ReturnType<typeof keyOf> & UsageAmounts & { labels: Record<string, string> }

/** Null if another request has just written the same key. */
async function insertNew(ctx: ServiceContext, row: NewRow): Promise<string | null> {
  const now = ctx.now()
  const id = newId('use', now)
  try {
    await commit(ctx, {
      statements: [
        insertUsage(ctx.db, { ...row, id, teamId: ctx.actor.teamId, createdAt: now, updatedAt: now }),
      ],
      audit: { action: 'usage.created', targetType: 'usage', targetId: id, after: auditOf(row) },
    })
    return id
  } catch (error) {
    if (isUniqueViolation(error, 'usage_snapshots.line')) return null
    throw error
  }
}

async function changeOnce(ctx: ServiceContext, before: UsageRow, row: NewRow): Promise<boolean> {
  const outcome = await commit(ctx, {
    guard: updateUsage(ctx.db, before, row, ctx.now()),
    audit: {
      action: 'usage.corrected',
      targetType: 'usage',
      targetId: before.id,
      before: auditOf(before),
      after: auditOf(row),
    },
  })
  return outcome === 'done'
}

export async function deleteUsage(ctx: ServiceContext, id: string, expected: Expected): Promise<void> {
  await untilWritten(async () => {
    const before = await requireUsage(ctx, id)
    requireExpected(expected, before.version)
    const outcome = await commit(ctx, {
      guard: deleteUsageRow(ctx.db, before),
      audit: { action: 'usage.deleted', targetType: 'usage', targetId: id, before: auditOf(before) },
    })
    return outcome === 'done' ? outcome : null
  })
}

const auditOf = (row: NewRow): Record<string, unknown> => ({
  ...keyOf(row),
  hours: row.microHours / MICROS,
  quantity: row.quantity,
  unit: row.unit,
})

const toUsage = (row: Omit<UsageRow, 'importId'>): Usage => ({
  ...viewKey(row),
  hours: row.microHours / MICROS,
  quantity: row.quantity,
  unit: row.unit,
  ...viewDimensions(row),
})
