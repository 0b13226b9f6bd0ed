import { access } from '../../../http/auth.ts'
import { doc } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { describedTools } from '../../../nodes/tools/offer.ts'
import { scopeOfTool } from '../stored/credentials.ts'
import { AgentToolPage } from './schema.ts'

export const agentToolRoutes = router().get(
  '/tools',
  access('agents:read'),
  doc('agents.tools.list', 'List the tools that agents can use', 200, AgentToolPage),
  (c) =>
    c.json({
      items: describedTools().map((tool) => ({ ...tool, scope: scopeOfTool(tool.name) })),
      nextCursor: null,
    }),
)
