import type { RequestContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import type { ChainRow } from '../chain.ts'
import { countEntries, findEntries } from '../repo/entries.ts'
import type { AuditEntry, ListAuditLogs } from '../schema.ts'

export async function listAuditLogs(ctx: RequestContext, query: ListAuditLogs): Promise<Page<AuditEntry>> {
  const rows = await findEntries(ctx.env.DB, query, query)
  const page = toPage(rows, query, (row) => ({ value: row.seq, id: row.id }), toEntry)
  return query.count ? { ...page, total: await countEntries(ctx.env.DB, query) } : page
}

export const toEntry = ({ before, after, createdAt, ...row }: ChainRow): AuditEntry => ({
  ...row,
  actorKind: row.actorKind as AuditEntry['actorKind'],
  before: before === null ? null : (JSON.parse(before) as Record<string, unknown>),
  after: after === null ? null : (JSON.parse(after) as Record<string, unknown>),
  createdAt: toIso(createdAt),
})
