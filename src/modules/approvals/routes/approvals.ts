import { idPattern } from '../../../core/ids.ts'
import { access, accessWithRead } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { Approval, ApprovalPage, DecideApproval, ListApprovals } from '../schema.ts'
import { decideApproval } from '../service/decide.ts'
import { getApproval, listApprovals } from '../service/read.ts'

const ID = `:id{${idPattern('apr')}}` as const

export const approvalRoutes = router()
  .get(
    '/',
    accessWithRead('runs:read'),
    doc('approvals.list', 'List approvals', 200, ApprovalPage),
    validate('query', ListApprovals),
    async (c) => c.json(await listApprovals(c.var.readCtx, c.req.valid('query'))),
  )
  .get(
    `/${ID}`,
    accessWithRead('runs:read'),
    doc('approvals.get', 'Get an approval', 200, Approval),
    async (c) => c.json(await getApproval(c.var.readCtx, c.req.param('id'))),
  )
  .post(
    `/${ID}`,
    access('approvals:write'),
    doc('approvals.decide', 'Approve or reject', 200, Approval, {
      description:
        'Each assignee decides once. The approval is settled by the first rejection, or once the quorum has approved. The data of an approval must match the form.',
    }),
    validate('json', DecideApproval),
    async (c) => c.json(await decideApproval(c.var.ctx, c.req.param('id'), c.req.valid('json'))),
  )
