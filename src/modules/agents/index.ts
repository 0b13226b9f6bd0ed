import { defineModule } from '../define-module.ts'
import { agentsExport } from './stored/export-repo.ts'
import { storedAgentRoutes } from './stored/routes.ts'
import { agentTemplateRoutes } from './templates/routes.ts'
import { agentToolRoutes } from './tools/routes.ts'

export { isBuiltInType } from './built-in/types.ts'
export { requireAllToolRights, requireKnownCredentials, requireToolRights } from './stored/credentials.ts'
export { type FoundAgent, searchAgents } from './stored/repo.ts'
export { BUILT_IN_TYPES } from './stored/schema.ts'
export { agentAt, currentAgent, currentAgents } from './stored/spec.ts'

export const agentsModule = defineModule({
  name: 'agents',
  routes: [
    ['/api/v1/agents', storedAgentRoutes],
    ['/api/v1/agents', agentTemplateRoutes],
    ['/api/v1/agents', agentToolRoutes],
  ],
  exportLists: agentsExport,
})
