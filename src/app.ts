// Middleware in order, modules mounted; nothing else.
import { denyUndeclared } from './http/auth.ts'
import { answerUnknown, corsFromList, securityHeaders } from './http/edges.ts'
import { openApiDocument } from './http/openapi.ts'
import { problemResponse } from './http/problem.ts'
import { requestContext } from './http/request-context.ts'
import { router } from './http/router.ts'
import { authenticator } from './modules/auth/index.ts'
import { systemRoutes } from './modules/system/index.ts'
import { teamRoutes } from './modules/teams/index.ts'

export const VERSION = '0.1.0'

export function createApp(now: () => number) {
  const app = router()
  app.use(requestContext(now, authenticator), securityHeaders, corsFromList, denyUndeclared)
  app.route('/', systemRoutes)
  app.route('/api/v1/teams', teamRoutes)
  app.get('/openapi.json', (c) => c.json(openApiDocument(app.routes, VERSION)))
  app.onError((error, c) => problemResponse(c, error))
  app.notFound(answerUnknown(app))
  return app
}
