// Mounts the middleware in order, and the modules.
import { denyUndeclared } from './http/auth.ts'
import { drainUnread } from './http/drain.ts'
import { answerUnknown, commonHeaders, corsFromList, oneHostOnly } from './http/edges.ts'
import { countRequests } from './http/metrics.ts'
import { openApiDocument } from './http/openapi/document.ts'
import { problemResponse } from './http/problem.ts'
import { requestContext } from './http/request-context.ts'
import { router } from './http/router.ts'
import { authenticator } from './modules/auth/index.ts'
import { MODULES, PUBLIC_ROUTES } from './modules/index.ts'

export const VERSION = '0.1.0'

export function createApp(now: () => number) {
  const app = router()
  let contract: string | undefined
  const openApi = () => {
    contract ??= JSON.stringify(openApiDocument(app.routes, VERSION))
    return contract
  }
  app.use(
    drainUnread(),
    requestContext(now, { authenticator, openApi, version: VERSION }),
    countRequests(now),
    commonHeaders,
    corsFromList,
    oneHostOnly,
    denyUndeclared(PUBLIC_ROUTES),
  )
  for (const { routes = [] } of MODULES) for (const [path, own] of routes) app.route(path, own)
  app.onError((error, c) => problemResponse(c, error))
  app.notFound(answerUnknown(app))
  return app
}
