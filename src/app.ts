// Middleware in order, modules mounted; nothing else.
import { denyUndeclared } from './http/auth.ts'
import { drainUnread } from './http/drain.ts'
import { answerUnknown, commonHeaders, corsFromList, oneHostOnly } from './http/edges.ts'
import { countRequests } from './http/metrics.ts'
import { openApiDocument } from './http/openapi-document.ts'
import { problemResponse } from './http/problem.ts'
import { requestContext } from './http/request-context.ts'
import { router } from './http/router.ts'
import { adminRoutes } from './modules/admin/index.ts'
import { approvalLinkRoutes, approvalRoutes } from './modules/approvals/index.ts'
import { teamAuditRoutes } from './modules/audit/index.ts'
import { authenticator, authRoutes, wellKnownRoutes } from './modules/auth/index.ts'
import { docsRoutes } from './modules/docs/index.ts'
import { eventRoutes } from './modules/events/index.ts'
import { executionRoutes, liveRoutes, startRoutes } from './modules/executions/index.ts'
import { hookRoutes, triggerRoutes } from './modules/hooks/index.ts'
import { systemRoutes } from './modules/system/index.ts'
import { invitationPageRoutes, teamRoutes } from './modules/teams/index.ts'
import { userRoutes } from './modules/users/index.ts'
import { workflowRoutes } from './modules/workflows/index.ts'

export const VERSION = '0.1.0'

export function createApp(now: () => number) {
  const app = router()
  app.use(
    drainUnread(),
    requestContext(now, authenticator),
    countRequests(now),
    commonHeaders,
    corsFromList,
    oneHostOnly,
    denyUndeclared,
  )
  let contract: string | undefined
  const openApi = () => {
    contract ??= JSON.stringify(openApiDocument(app.routes, VERSION))
    return contract
  }
  app.route('/', systemRoutes(openApi, VERSION))
  app.route('/', docsRoutes)
  app.route('/', wellKnownRoutes)
  app.route('/', invitationPageRoutes)
  app.route('/', liveRoutes)
  app.route('/api/v1/auth', authRoutes)
  app.route('/api/v1/users', userRoutes)
  app.route('/api/v1/teams', teamRoutes)
  app.route('/api/v1/teams', teamAuditRoutes)
  app.route('/api/v1/workflows', workflowRoutes)
  app.route('/api/v1/workflows', startRoutes)
  app.route('/api/v1/workflows/executions', executionRoutes)
  app.route('/api/v1/runs', executionRoutes)
  app.route('/api/v1/workflows', triggerRoutes)
  app.route('/api/v1/hooks', hookRoutes)
  app.route('/api/v1/events', eventRoutes)
  app.route('/api/v1/approvals', approvalRoutes)
  app.route('/approve', approvalLinkRoutes)
  app.route('/api/v1/admin', adminRoutes)
  app.onError((error, c) => problemResponse(c, error))
  app.notFound(answerUnknown(app))
  return app
}
