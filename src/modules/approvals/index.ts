export { approvalRoutes } from './routes/approvals.ts'
export { approvalLinkRoutes } from './routes/links.ts'
export { deliverDecision } from './service/decide.ts'
export { remindApprovals } from './service/remind.ts'
