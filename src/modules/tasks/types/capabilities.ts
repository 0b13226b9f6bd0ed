// The named capabilities for custom tasks. Each capability is one node type, and its parameters are those of the
// node. They are passed as values, so nothing in them is evaluated as an expression. Agents of the team are used by
// id.
import type { Json } from '../../../core/json.ts'
import { aiExtract, aiGenerate } from '../../../nodes/ai/generate.ts'
import { dataProfile } from '../../../nodes/documents/data-profile.ts'
import {
  codeCheck,
  siteBuild,
  textCite,
  textDiff,
  textNames,
  textNumbers,
  textQuotes,
} from '../../../nodes/documents/index.ts'
import type { NodeType } from '../../../nodes/node.ts'
import type { Plan, PlanOptions } from './task-type.ts'

export const CAPABILITIES = {
  buildSite: siteBuild,
  checkCitations: textCite,
  checkCode: codeCheck,
  checkNames: textNames,
  checkNumbers: textNumbers,
  checkQuotes: textQuotes,
  compareTexts: textDiff,
  extractFields: aiExtract,
  generateText: aiGenerate,
  profileTable: dataProfile,
} as const satisfies Record<string, NodeType>
export type Capability = keyof typeof CAPABILITIES

export const CAPABILITY_NAMES = Object.keys(CAPABILITIES) as [Capability, ...Capability[]]

/** For people: each capability with its node in the reference. */
export const CAPABILITY_TEXT = CAPABILITY_NAMES.map(
  (name) => `\`${name}\` (${CAPABILITIES[name].type})`,
).join(', ')

export const NO_SUCH_CAPABILITY = `Unknown capability. The capabilities are ${CAPABILITY_NAMES.join(', ')}. For what an agent can do send agentId and prompt, for anything else steps or workflowId.`

type Parameters = Readonly<Record<string, Json>>
type Fault = { path: PropertyKey[]; message: string }

/** Errors in the parameters, each with its path. */
export function faultsOfParameters(capability: Capability, parameters: Parameters): Fault[] {
  const node: NodeType = CAPABILITIES[capability]
  const parsed = node.params.safeParse(parameters)
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => ({ path, message }))
  return [...(node.check?.(parameters) ?? [])].map(({ at, message }) => ({ path: [...at], message }))
}

export function capabilityPlan(
  capability: Capability,
  parameters: Parameters,
  { retry, timeoutMs }: PlanOptions,
): Plan {
  const { type, summary } = CAPABILITIES[capability]
  const params = Object.fromEntries(
    Object.keys(parameters).map((name) => [name, `{{ input.input[${JSON.stringify(name)}] }}`]),
  )
  const time = timeoutMs === null ? {} : { timeoutMs }
  return {
    definition: {
      nodes: [{ id: 'work', type, name: summary, params, retry, ...time }],
      output: '{{ nodes.work }}',
    },
    steps: [{ id: 'work', name: summary, weight: 1 }],
  }
}
