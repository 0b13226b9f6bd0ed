import type { ReadContext } from '../../../context.ts'
import { notFound } from '../../../core/errors.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { countApprovals, findApproval, findApprovals } from '../repo/approvals.ts'
import type { Approval, ListApprovals } from '../schema.ts'
import { toApproval } from './view.ts'

export async function listApprovals(ctx: ReadContext, query: ListApprovals): Promise<Page<Approval>> {
  const { rows, actor } = await ctx.read((who) => findApprovals(who, query))
  const page = toPage(rows, query, (row) => ({ value: row.createdAt, id: row.id }), toApproval)
  return query.count ? { ...page, total: await countApprovals(ctx.env.DB, actor, query) } : page
}

export async function readApproval(ctx: ReadContext, id: string): Promise<Approval> {
  const { rows } = await ctx.read((who) => findApproval(who.teamId, id))
  const row = rows[0]
  if (row === undefined) throw notFound('The approval')
  return toApproval(row)
}
