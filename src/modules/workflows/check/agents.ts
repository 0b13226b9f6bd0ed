// Which agents of the team a definition names, and which integrations the tools of its own agents. Pure: what the team has is looked up by the service.
import type { Location } from '../../../engine/model/problem.ts'
import { isFixed } from '../../../nodes/fixed.ts'
import type { NamedCredential } from './credentials.ts'

export type NamedAgent = { agentId: string; at: Location }

type Fields = Record<string, unknown>

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whatever comes: only what has the shape of a definition is looked at. An id that is an expression is known to the run alone. */
export const agentsIn = (definition: unknown): NamedAgent[] =>
  agentNodes(isObject(definition) ? definition.nodes : undefined, ['nodes']).flatMap(({ params, at }) =>
    typeof params.agentId === 'string' && isFixed(params.agentId)
      ? [{ agentId: params.agentId, at: [...at, 'agentId'] }]
      : [],
  )

/** Whether an agent of the team is asked, be its id known or not. */
export const asksTeamAgent = (definition: unknown): boolean =>
  agentNodes(isObject(definition) ? definition.nodes : undefined, []).some(
    ({ params }) => params.agentId !== undefined,
  )

/** Integrations that models and tools name, where they stand in the definition itself. */
export const toolCredentialsIn = (definition: unknown): NamedCredential[] =>
  aiNodes(isObject(definition) ? definition.nodes : undefined, ['nodes']).flatMap(({ params, at }) => {
    const agent = isObject(params.agent) ? params.agent : {}
    return [
      ...inModels(params.models, [...at, 'models']),
      ...inModels(agent.models, [...at, 'agent', 'models']),
      ...inTools(agent.tools, [...at, 'agent', 'tools']),
    ]
  })

/** Whether an agent of the definition gets its tools, or what they are set to, from the run: then they may name any integration. */
export const hasUnknownTools = (definition: unknown): boolean =>
  agentNodes(isObject(definition) ? definition.nodes : undefined, []).some(({ params: { agent } }) => {
    if (!isObject(agent)) return !isFixed(agent)
    if (!Array.isArray(agent.tools)) return !isFixed(agent.tools)
    return agent.tools.some(
      (tool: unknown) => !isFixed(isObject(tool) && isObject(tool.config) ? null : tool),
    )
  })

/** Whether a node gets its models from the run: then they may name any integration. */
export const hasUnknownModels = (definition: unknown): boolean =>
  aiNodes(isObject(definition) ? definition.nodes : undefined, []).some(({ params: { models, agent } }) =>
    [models, isObject(agent) ? agent.models : undefined].some((ladder) =>
      Array.isArray(ladder)
        ? ladder.some((rung: unknown) => !isObject(rung) && !isFixed(rung))
        : !isFixed(ladder),
    ),
  )

const inModels = (models: unknown, at: Location): NamedCredential[] =>
  listOf(models).flatMap((rung, index) =>
    isObject(rung) && typeof rung.integration === 'string'
      ? [{ ref: rung.integration, at: [...at, index, 'integration'], for: 'tools' }]
      : [],
  )

const inTools = (tools: unknown, at: Location): NamedCredential[] =>
  listOf(tools).flatMap((tool, index) => {
    const ref = isObject(tool) && isObject(tool.config) ? tool.config.credential : undefined
    return typeof ref === 'string' ? [{ ref, at: [...at, index, 'config', 'credential'], for: 'tools' }] : []
  })

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

type Found = { type: unknown; params: Fields; at: Location }

const agentNodes = (nodes: unknown, at: Location): Found[] =>
  aiNodes(nodes, at).filter(({ type }) => type === 'ai.agent')

function aiNodes(nodes: unknown, at: Location): Found[] {
  if (!Array.isArray(nodes)) return []
  return nodes.flatMap((node: unknown, index) => {
    if (!isObject(node) || !isObject(node.params)) return []
    const here = [...at, index, 'params']
    if (String(node.type).startsWith('ai.')) return [{ type: node.type, params: node.params, at: here }]
    const { body } = node.params
    if (node.type !== 'flow.group' || !isObject(body)) return []
    return aiNodes(body.nodes, [...here, 'body', 'nodes'])
  })
}
