import { idPattern } from '../../../core/ids.ts'
import { access, accessWithRead } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { Approval, ApprovalPage, DecideApproval, ListApprovals } from '../schema.ts'
import { decideApproval } from '../service/decide.ts'
import { listApprovals, readApproval } from '../service/read.ts'

const ID = `:id{${idPattern('apr')}}` as const

export const approvalRoutes = router()
  .get(
    '/',
    accessWithRead('runs:read'),
    doc('List approvals', 200, ApprovalPage),
    validate('query', ListApprovals),
    async (c) => c.json(await listApprovals(c.var.readCtx, c.req.valid('query'))),
  )
  .get(`/${ID}`, accessWithRead('runs:read'), doc('Read an approval', 200, Approval), async (c) =>
    c.json(await readApproval(c.var.readCtx, c.req.param('id'))),
  )
  .post(
    `/${ID}`,
    access('approvals:write'),
    doc('Approve or reject', 200, Approval, {
      description:
        'Each who is asked speaks once. The first rejection settles it, and so does the last approval of the quorum. With an approval the data must meet the form.',
    }),
    validate('json', DecideApproval),
    async (c) => c.json(await decideApproval(c.var.ctx, c.req.param('id'), c.req.valid('json'))),
  )
