import { defineModule } from '../define-module.ts'
import { approvalsExport } from './repo/export.ts'
import { approvalRoutes } from './routes/approvals.ts'
import { approvalLinkRoutes } from './routes/links.ts'
import { deliverDecision } from './service/decide.ts'
import { remindApprovals } from './service/remind.ts'

export { cancelApprovalsOf, upsertApproval } from './repo/projection.ts'
export { decideApproval } from './service/decide.ts'

export const approvalsModule = defineModule({
  name: 'approvals',
  routes: [
    ['/api/v1/approvals', approvalRoutes],
    ['/approve', approvalLinkRoutes],
  ],
  publicRoutes: ['GET /approve/:token', 'POST /approve/:token'],
  jobs: { 'approval.decide': deliverDecision },
  cron: [{ name: 'remind approvals', run: remindApprovals }],
  exportLists: approvalsExport,
})
