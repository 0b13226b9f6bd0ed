// Middleware in order, modules mounted; nothing else.
import { answerUnknown, corsFromList, securityHeaders } from './http/edges.ts'
import { openApiDocument } from './http/openapi.ts'
import { problemResponse } from './http/problem.ts'
import { requestContext } from './http/request-context.ts'
import { router } from './http/router.ts'
import { systemRoutes } from './modules/system/index.ts'

export const VERSION = '0.1.0'

export function createApp(now: () => number) {
  const app = router()
  app.use(requestContext(now), securityHeaders, corsFromList)
  app.route('/', systemRoutes)
  app.get('/openapi.json', (c) => c.json(openApiDocument(app.routes, VERSION)))
  app.onError((error, c) => problemResponse(c, error))
  app.notFound(answerUnknown(app))
  return app
}
