// How an agent begins: its settings are recorded once, whether they are given or those of an agent of the team.
import type { Json } from '../../../core/json.ts'
import { effectNode, NodeFailure, type NodeResult, pureNode } from '../../node.ts'
import { faultsOfTools } from '../../tools/offer.ts'
import { AgentParams } from '../agent.ts'
import type { AgentSpec } from '../agent-spec.ts'
import { fullLimits, messagesOf, modelsAndPortOf, type Setup, type ToolSetting } from '../settings.ts'
import { FIRST_NODE } from './first-node.ts'

export const aiSetup = pureNode({
  ...FIRST_NODE,
  type: 'ai.setup',
  summary: 'Records the settings of an agent.',
  params: AgentParams,
  compute: ({ params, nowMs, hasEdge }): NodeResult => {
    if (params.agent === undefined) throw invalid('agent is missing')
    return begun(setupOf(params.agent, params, nowMs), hasEdge)
  },
})

export const aiLoad = effectNode({
  ...FIRST_NODE,
  type: 'ai.load',
  summary: 'Records the settings of an agent of the team.',
  params: AgentParams,
  effectful: true,
  run: async ({ agents }, { params, nowMs, hasEdge }): Promise<NodeResult> => {
    if (params.agentId === undefined) throw invalid('agentId is missing')
    return begun(setupOf(await agents.find(params.agentId), params, nowMs), hasEdge)
  },
})

export function begun({ models, ...setup }: Setup, hasEdge: (port: string) => boolean): NodeResult {
  const found = modelsAndPortOf(models.length === 0 ? undefined : models, hasEdge)
  return { output: { ...setup, models: found.models } satisfies Setup, port: found.port }
}

/** The node's settings take precedence over those of the agent. Without models in either, there are none. */
export function setupOf(agent: AgentSpec, params: Omit<AgentParams, 'agent' | 'agentId'>, at: number): Setup {
  const { prompt, messages, onLimit = 'end' } = params
  const [fault] = faultsOfTools(agent.tools)
  if (fault) throw invalid(`agent.tools.${fault.at.join('.')}: ${fault.message}`)
  return {
    agent: { id: agent.id ?? null, version: agent.version ?? 0, name: agent.name ?? 'the agent' },
    instructions: agent.instructions ?? '',
    messages: messagesOf({ prompt, messages }),
    models: params.models ?? agent.models ?? [],
    tools: settingsOf(agent.tools),
    schema: params.schema ?? agent.outputSchema ?? null,
    limits: fullLimits({ ...agent.limits, ...params.limits }),
    onLimit,
    at,
  }
}

const invalid = (message: string): NodeFailure =>
  new NodeFailure({ code: 'params.invalid', message, retryable: false })

const settingsOf = (tools: AgentSpec['tools'] = []): ToolSetting[] =>
  tools.map((one) => {
    const {
      name,
      policy = 'allow',
      allowSelf = false,
      config = {},
    } = typeof one === 'string' ? { name: one } : one
    return { name, policy, allowSelf, config: config as Record<string, Json> }
  })
