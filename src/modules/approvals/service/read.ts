import type { ReadContext, RequestContext } from '../../../context.ts'
import { notFound } from '../../../core/errors.ts'
import { runIdOfApproval } from '../../../core/ids.ts'
import { firstOf } from '../../../db/hot-read.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import { type ApprovalRow, countApprovals, findApproval, findApprovals } from '../repo/approvals.ts'
import type { Approval, ListApprovals } from '../schema.ts'
import { toApproval } from './view.ts'

export async function listApprovals(ctx: ReadContext, query: ListApprovals): Promise<Page<Approval>> {
  let anyTeam = false
  const { rows, actor } = await ctx.read((who) => {
    anyTeam = who.anyTeam
    return findApprovals(who, query)
  })
  const page = toPage(rows, query, (row) => ({ value: row.createdAt, id: row.id }), toApproval)
  return query.count
    ? { ...page, total: await countApprovals(ctx.env.DB, { ...actor, anyTeam }, query) }
    : page
}

export async function getApproval(ctx: ReadContext, id: string): Promise<Approval> {
  let anyTeam = false
  const { rows, actor } = await ctx.read((who) => {
    anyTeam = who.anyTeam
    return findApproval(who, id)
  })
  return toApproval(rows[0] ?? (await requireApproval(ctx, { ...actor, anyTeam }, id)))
}

/** A run reports its approvals to the index shortly after it starts waiting. A request before that makes the run report now. */
export async function requireApproval(
  request: RequestContext,
  who: Parameters<typeof findApproval>[0],
  id: string,
): Promise<ApprovalRow> {
  const read = () => firstOf(request.env.DB, findApproval(who, id))
  const row = await read()
  if (row !== null) return row
  const isThere = await workflowRun(request.env.RUNS, runIdOfApproval(id)).report()
  return (isThere ? await read() : null) ?? missing()
}

const missing = (): never => {
  throw notFound('The approval')
}
