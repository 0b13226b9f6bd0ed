// Agents of the run's team, as they were when the run started.
import { agentAt } from '../../../src/modules/agents/index.ts'
import { NodeFailure } from '../../../src/nodes/node.ts'
import type { AgentsPort } from '../../../src/nodes/ports.ts'
import { ask } from './binding.ts'

export const agentsPort = (scope: { d1: D1Database; teamId: string; beganAt: number }): AgentsPort => ({
  find: async (agentId) => {
    const agent = await ask('The database', () => agentAt(scope.d1, scope.teamId, agentId, scope.beganAt))
    if (agent !== null) return agent
    throw new NodeFailure({
      code: 'agent.not_found',
      message: `The team has no agent ${JSON.stringify(agentId)}`,
      retryable: false,
    })
  },
})
