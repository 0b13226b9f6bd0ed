// Costs by day. Invariants:
// 1. A team has one row per key. Writing the same key again corrects the row, and the audit log keeps the old
//    amounts.
// 2. A change is only written to the version that it was computed from, so concurrent additions are not lost.
import type { ReadContext, ServiceContext } from '../../../context.ts'
import { periodOf } from '../../../core/clock.ts'
import { notFound } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import { toUsd, toUsdOrNull } from '../../../core/money.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { type ConditionalMessage, commit, isUniqueViolation } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { USD } from '../amounts.ts'
import { budgetCheckMessage } from '../budgets/repo.ts'
import { rateOf } from '../rates/service.ts'
import { keyOf } from '../snapshots/key.ts'
import { viewDimensions, viewKey } from '../snapshots/view.ts'
import { untilWritten } from '../tries.ts'
import { addBilled, billedOf, type CostAmounts, toAmounts } from './amounts.ts'
import {
  type CostRow,
  countCosts,
  deleteCostRow,
  findCost,
  findCostByKey,
  findCosts,
  insertCost,
  updateCost,
} from './repo.ts'
import { type Cost, type CreateCost, changesAmounts, type ListCosts, type UpdateCost } from './schema.ts'

export async function listCosts(ctx: ReadContext, query: ListCosts): Promise<Page<Cost>> {
  const { rows, actor } = await ctx.read(({ teamId }) => findCosts(teamId, query))
  const byDate = query.sort.endsWith('date')
  const page = toPage(
    rows,
    query,
    (row) => ({ value: byDate ? row.date : row.costMicroUsd, id: row.id }),
    (row) =>
      toCost({
        ...row,
        labels: JSON.parse(row.labels) as Record<string, string>,
        focus: row.focus === null ? null : (JSON.parse(row.focus) as Record<string, string>),
      }),
  )
  return query.count ? { ...page, total: await countCosts(ctx.env.DB, actor.teamId, query) } : page
}

export async function getCost(ctx: ServiceContext, id: string): Promise<Cost> {
  return toCost(await requireCost(ctx, id))
}

async function requireCost(ctx: ServiceContext, id: string): Promise<CostRow> {
  const row = await findCost(ctx.db, ctx.actor.teamId, id)
  if (row === null) throw notFound('The cost')
  return row
}

/** Also returns whether the row is new. */
export async function createCost(
  ctx: ServiceContext,
  input: CreateCost,
): Promise<{ cost: Cost; isNew: boolean }> {
  const { teamId } = ctx.actor
  const key = keyOf(input)
  const currency = input.currency ?? USD
  const rate = await rateOf(ctx.env.DB, currency, input.date)
  const billed = billedOf(input)
  return untilWritten(async () => {
    const before = await findCostByKey(ctx.db, teamId, key)
    const sum = before !== null && input.mode === 'add' ? addBilled(before, billed, currency) : billed
    const amounts = toAmounts(currency, sum, rate)
    const labels = input.labels ?? before?.labels ?? {}
    const row = { ...key, ...amounts, labels }
    if (before === null) {
      const id = await insertNew(ctx, row)
      return id === null ? null : { cost: await getCost(ctx, id), isNew: true }
    }
    const isChanged = await changeOnce(ctx, before, row)
    return isChanged ? { cost: await getCost(ctx, before.id), isNew: false } : null
  })
}

type NewRow = ReturnType<typeof keyOf> & CostAmounts & { labels: Record<string, string> }

/** Null if another request has just written the same key. */
async function insertNew(ctx: ServiceContext, row: NewRow): Promise<string | null> {
  const now = ctx.now()
  const id = newId('cst', now)
  try {
    await commit(ctx, {
      statements: [
        insertCost(ctx.db, { ...row, id, teamId: ctx.actor.teamId, createdAt: now, updatedAt: now }),
      ],
      audit: { action: 'cost.created', targetType: 'cost', targetId: id, after: auditOf(row) },
      messages: checkOf(ctx, row.date),
    })
    return id
  } catch (error) {
    if (isUniqueViolation(error, 'cost_snapshots.line')) return null
    throw error
  }
}

async function changeOnce(ctx: ServiceContext, before: CostRow, row: NewRow): Promise<boolean> {
  const outcome = await commit(ctx, {
    guard: updateCost(ctx.db, before, row, ctx.now()),
    audit: {
      action: 'cost.corrected',
      targetType: 'cost',
      targetId: before.id,
      before: auditOf(before),
      after: auditOf(row),
    },
    messages: checkOf(ctx, row.date),
  })
  return outcome === 'done'
}

/** Corrects the amounts or the labels of the row with this id. */
export async function correctCost(
  ctx: ServiceContext,
  id: string,
  input: UpdateCost,
  expected: Expected,
): Promise<Cost> {
  return untilWritten(async () => {
    const before = await requireCost(ctx, id)
    requireExpected(expected, before.version)
    const isChanged = await changeOnce(ctx, before, {
      ...keyOf(before),
      ...(await amountsAfter(ctx, before, input)),
      labels: input.labels ?? before.labels,
    })
    return isChanged ? getCost(ctx, id) : null
  })
}

async function amountsAfter(ctx: ServiceContext, before: CostRow, input: UpdateCost): Promise<CostAmounts> {
  if (!changesAmounts(input)) return amountsOf(before)
  const currency = input.currency ?? USD
  return toAmounts(currency, billedOf(input), await rateOf(ctx.env.DB, currency, before.date))
}

const amountsOf = (row: CostRow): CostAmounts => ({
  currency: row.currency,
  costMicroUsd: row.costMicroUsd,
  effectiveMicroUsd: row.effectiveMicroUsd,
  listMicroUsd: row.listMicroUsd,
  originalMicro: row.originalMicro,
  originalEffectiveMicro: row.originalEffectiveMicro,
  originalListMicro: row.originalListMicro,
})

export async function deleteCost(ctx: ServiceContext, id: string, expected: Expected): Promise<void> {
  await untilWritten(async () => {
    const before = await requireCost(ctx, id)
    requireExpected(expected, before.version)
    const outcome = await commit(ctx, {
      guard: deleteCostRow(ctx.db, before),
      audit: { action: 'cost.deleted', targetType: 'cost', targetId: id, before: auditOf(before) },
      messages: checkOf(ctx, before.date),
    })
    return outcome === 'done' ? outcome : null
  })
}

/** Changes to other months do not affect a threshold. */
const checkOf = (ctx: ServiceContext, date: string): ConditionalMessage[] =>
  date.startsWith(periodOf(ctx.now())) ? [budgetCheckMessage(ctx.actor.teamId)] : []

const auditOf = (row: NewRow): Record<string, unknown> => ({
  ...keyOf(row),
  costUsd: toUsd(row.costMicroUsd),
  effectiveCostUsd: toUsdOrNull(row.effectiveMicroUsd),
  listCostUsd: toUsdOrNull(row.listMicroUsd),
  ...(row.currency === USD ? {} : { currency: row.currency, cost: toUsd(row.originalMicro) }),
})

const toCost = (row: Omit<CostRow, 'importId'>): Cost => ({
  ...viewKey(row),
  costUsd: toUsd(row.costMicroUsd),
  effectiveCostUsd: toUsdOrNull(row.effectiveMicroUsd),
  listCostUsd: toUsdOrNull(row.listMicroUsd),
  currency: row.currency,
  cost: toUsd(row.originalMicro),
  effectiveCost: toUsdOrNull(row.originalEffectiveMicro),
  listCost: toUsdOrNull(row.originalListMicro),
  ...viewDimensions(row),
  focus: row.focus,
})
