import { defineModule } from '../define-module.ts'
import { agentCallRoutes } from './routes.ts'

export const agentCallsModule = defineModule({
  name: 'agent-calls',
  routes: [['/api/v1/agents', agentCallRoutes]],
})
