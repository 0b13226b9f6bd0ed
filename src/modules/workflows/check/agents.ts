// Finds the team agents that a definition names, and the integrations that the tools of its own agents use. Pure: the service
// looks them up in the team.
import type { Location } from '../../../engine/model/problem.ts'
import { isFixed } from '../../../nodes/fixed.ts'
import type { NamedCredential } from './credentials.ts'

export type NamedAgent = { agentId: string; at: Location }

type Fields = Record<string, unknown>

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Accepts any value and skips what does not look like a definition. Ids given as expressions are only known at run time. */
export const agentsIn = (definition: unknown): NamedAgent[] =>
  agentNodes(isObject(definition) ? definition.nodes : undefined, ['nodes']).flatMap(({ params, at }) =>
    typeof params.agentId === 'string' && isFixed(params.agentId)
      ? [{ agentId: params.agentId, at: [...at, 'agentId'] }]
      : [],
  )

/** Whether the definition calls an agent of the team, or any agent in a thread, with a fixed id or an expression. */
export const asksTeamAgent = (definition: unknown): boolean =>
  agentNodes(isObject(definition) ? definition.nodes : undefined, []).some(
    ({ params: { agentId, threadId } }) => agentId !== undefined || threadId !== undefined,
  )

/** Integrations that models and tools name directly in the definition. */
export const toolCredentialsIn = (definition: unknown): NamedCredential[] =>
  aiNodes(isObject(definition) ? definition.nodes : undefined, ['nodes']).flatMap(({ params, at }) => {
    const agent = isObject(params.agent) ? params.agent : {}
    return [
      ...inModels(params.models, [...at, 'models']),
      ...inModels(agent.models, [...at, 'agent', 'models']),
      ...inTools(agent.tools, [...at, 'agent', 'tools']),
    ]
  })

/** The tools that the definition gives its own agents by name. */
export const ownToolsIn = (definition: unknown): string[] =>
  agentNodes(isObject(definition) ? definition.nodes : undefined, []).flatMap(({ params: { agent } }) =>
    listOf(isObject(agent) ? agent.tools : undefined).flatMap((tool) => {
      const name = isObject(tool) ? tool.name : tool
      return typeof name === 'string' && !(isObject(tool) && tool.policy === 'deny') ? [name] : []
    }),
  )

/** Whether an agent's tools or their settings are expressions. Such tools could name any integration at run time. */
export const hasUnknownTools = (definition: unknown): boolean =>
  anyTool(definition, (tool) =>
    // `toolCredentialsIn` finds integrations in settings.
    isObject(tool) && isObject(tool.config) ? isUnnamed(tool) : !isFixed(tool),
  )

/** Whether the names of an agent's tools are expressions. They could be any tool at run time. */
export const hasUnnamedTools = (definition: unknown): boolean => anyTool(definition, isUnnamed)

const isUnnamed = (tool: unknown): boolean =>
  isObject(tool) ? !isFixed([tool.name, tool.policy]) : !isFixed(tool)

/** Whether this holds for a tool of an agent, or for what takes the place of its tools. */
const anyTool = (definition: unknown, holds: (tool: unknown) => boolean): boolean =>
  agentNodes(isObject(definition) ? definition.nodes : undefined, []).some(({ params: { agent } }) => {
    if (!isObject(agent)) return holds(agent)
    return Array.isArray(agent.tools) ? agent.tools.some(holds) : holds(agent.tools)
  })

/** Whether a node's models are expressions. Such models could name any integration at run time. */
export const hasUnknownModels = (definition: unknown): boolean =>
  aiNodes(isObject(definition) ? definition.nodes : undefined, []).some(({ params: { models, agent } }) =>
    [models, isObject(agent) ? agent.models : undefined].some((list) =>
      Array.isArray(list)
        ? list.some((entry: unknown) => !isObject(entry) && !isFixed(entry))
        : !isFixed(list),
    ),
  )

const inModels = (models: unknown, at: Location): NamedCredential[] =>
  listOf(models).flatMap((entry, index) =>
    isObject(entry) && typeof entry.integration === 'string'
      ? [{ ref: entry.integration, at: [...at, index, 'integration'], for: 'tools' }]
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
