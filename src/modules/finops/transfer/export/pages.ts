import { yieldToEventLoop } from '../../../../core/yield.ts'
import type { ListedCost } from '../../costs/repo.ts'
import type { SnapshotFilter } from '../../snapshots/schema.ts'
import type { ListedUsage } from '../../usage/repo.ts'
import type { TransferKind } from '../columns.ts'
import { findCostPage, findUsagePage, type Position } from './repo.ts'

const PAGE = 500

/** All matching rows in the order of days, a page at a time. */
export async function* pagesOf(
  d1: D1Database,
  kind: TransferKind,
  teamId: string,
  filter: SnapshotFilter,
): AsyncGenerator<(ListedCost | ListedUsage)[], undefined> {
  const find = kind === 'costs' ? findCostPage : findUsagePage
  let after: Position | null = null
  for (;;) {
    const rows: (ListedCost | ListedUsage)[] = await find(d1, { teamId, filter, after, limit: PAGE })
    const last = rows.at(-1)
    if (last === undefined) return undefined
    yield rows
    if (rows.length < PAGE) return undefined
    await yieldToEventLoop()
    after = { date: last.date, id: last.id }
  }
}
