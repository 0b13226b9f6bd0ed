import * as z from 'zod'
import { JsonValue } from '../../../core/json-value.ts'
import { listQuery, pageOf } from '../../../http/pagination.ts'
import { LongText, PlainText } from '../../../http/text.ts'
import { Memory, ToolUse } from '../../../nodes/ai/agent-spec.ts'
import { faultsOfModels, Limits, MAX_MODELS, MAX_TOOLS, ModelEntry } from '../../../nodes/ai/settings.ts'

export const BUILT_IN_TYPES = ['researcher', 'coder', 'writer', 'analyst', 'debugger'] as const
export const AGENT_TYPES = [...BUILT_IN_TYPES, 'custom'] as const

const NAME = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/
export const ToolName = z.string().regex(NAME, 'a name of letters, digits, dots, dashes and underscores')
export const CapabilityName = ToolName

const Tool = z.strictObject({ ...ToolUse.shape, name: ToolName })

/** A plain name means the tool with its defaults, as in `ai.agent`. */
const GivenTool = z.union([
  Tool,
  ToolName.transform((name): z.infer<typeof Tool> => ({ name, policy: 'allow' })),
])

const noneTwice = <Item>(nameOf: (item: Item) => string) =>
  [
    (list: Item[]) => new Set(list.map(nameOf)).size === list.length,
    'each name may appear only once',
  ] as const

const modelList = z
  .array(ModelEntry)
  .max(MAX_MODELS)
  .superRefine((models, context) => {
    for (const { at, message } of faultsOfModels(models))
      context.addIssue({ code: 'custom', path: at.slice(1), message })
  })

const toolsOf = <One extends z.ZodType<z.infer<typeof Tool>>>(one: One) =>
  z
    .array(one)
    .max(MAX_TOOLS)
    .refine(...noneTwice((tool: z.infer<typeof Tool>) => tool.name))

const config = {
  instructions: z.string().max(200_000).describe('Its instructions.'),
  models: modelList.describe('The models to try, in order, at most 8. Empty: the default of the team.'),
  tools: toolsOf(Tool).describe('The tools that it may use.'),
  capabilities: z
    .array(CapabilityName)
    .max(64)
    .refine(...noneTwice((name: string) => name))
    .describe('Its abilities, by name.'),
  outputSchema: z
    .record(z.string(), JsonValue)
    .nullable()
    .describe('JSON Schema that its answers have to fit; null for text.'),
  memory: Memory,
  limits: Limits.describe('When its calls end. Default: 20 steps, 200,000 tokens, 10 minutes, depth 3.'),
  metadata: z
    .record(z.string().max(64), JsonValue)
    .refine((value) => JSON.stringify(value).length <= 16_384, 'at most 16 KB')
    .describe('Your own fields.'),
}

export const AgentConfig = z.strictObject(config).meta({ id: 'AgentConfig' })
export type AgentConfig = z.infer<typeof AgentConfig>

export const DEFAULT_MEMORY = { window: 20, summary: true }
export const DEFAULT_LIMITS = { steps: 20, tokens: 200_000, timeoutMs: 600_000, depth: 3 }

const Tags = z
  .array(PlainText(50))
  .max(20)
  .refine(...noneTwice((tag: string) => tag))

const about = {
  name: PlainText(200),
  description: LongText(2_000),
  type: z.enum(AGENT_TYPES).describe('A built-in type brings instructions and tools where none are given.'),
  tags: Tags,
}

/** In a change, null removes a limit that is not needed. */
const changedLimits = z.strictObject({
  ...Limits.shape,
  costUsd: Limits.shape.costUsd.nullable().describe('The maximum cost of all calls; null for no limit.'),
  toolCalls: Limits.shape.toolCalls
    .nullable()
    .describe('The maximum number of tool calls; null for no limit.'),
})

const optionalConfig = z
  .strictObject({
    ...config,
    limits: changedLimits.describe('When its calls end. Limits that are left out do not change.'),
    tools: toolsOf(GivenTool).describe(
      'The tools that it may use, each a name or `{ name, policy, allowSelf, config }`.',
    ),
  })
  .partial().shape

export const CreateAgent = z
  .strictObject({
    name: about.name,
    description: about.description.default(''),
    type: about.type.default('custom'),
    tags: Tags.default([]),
    ...optionalConfig,
  })
  .meta({
    id: 'CreateAgent',
    examples: [{ name: 'Clerk', instructions: 'Answer from our files.', tools: ['files.read'] }],
  })
export type CreateAgent = z.infer<typeof CreateAgent>

export const UpdateAgent = z
  .strictObject({ ...z.strictObject(about).partial().shape, ...optionalConfig })
  .meta({ id: 'UpdateAgent', examples: [{ description: 'Answers questions about orders.' }] })
export type UpdateAgent = z.infer<typeof UpdateAgent>

export const SetAgentConfig = z
  .strictObject(optionalConfig)
  .meta({ id: 'SetAgentConfig', examples: [{ limits: { steps: 10 } }] })
export type SetAgentConfig = z.infer<typeof SetAgentConfig>

const shown = { ...about, ...config }

export const Agent = z
  .strictObject({
    id: z.string().describe('An id, or the name of a built-in type.'),
    ...shown,
    builtIn: z.boolean().describe('Whether it is built in, so every team has it and cannot change it.'),
    version: z.int(),
    createdBy: z.string().nullable(),
    createdAt: z.iso.datetime().nullable(),
    updatedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Agent' })
export type Agent = z.infer<typeof Agent>

export const AgentPage = pageOf(Agent).meta({ id: 'AgentPage' })

export const ListAgents = listQuery(['-createdAt', 'createdAt', '-updatedAt', 'updatedAt', 'name', '-name'], {
  type: z.enum(AGENT_TYPES).optional(),
  tag: PlainText(50).optional().describe('Only agents with this tag.'),
  q: PlainText(100).optional().describe('Words in name, description or instructions.'),
})
export type ListAgents = z.infer<typeof ListAgents>

export const AgentVersion = z
  .strictObject({
    version: z.int(),
    ...shown,
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'AgentVersion' })
export type AgentVersion = z.infer<typeof AgentVersion>

export const AgentVersionPage = pageOf(AgentVersion).meta({ id: 'AgentVersionPage' })
export const ListVersions = listQuery(['-version', 'version'], {})
export type ListVersions = z.infer<typeof ListVersions>

export const AgentTypePage = pageOf(Agent).meta({ id: 'AgentTypePage' })

export const CloneAgent = z
  .strictObject({ name: about.name.optional().describe('Default: the name with "(copy)".') })
  .meta({ id: 'CloneAgent' })
export type CloneAgent = z.infer<typeof CloneAgent>

export const AddTool = Tool.meta({ id: 'AddTool', examples: [{ name: 'calculator', policy: 'allow' }] })
export type AddTool = z.infer<typeof AddTool>

export const AddCapability = z
  .strictObject({ name: CapabilityName })
  .meta({ id: 'AddCapability', examples: [{ name: 'summarise' }] })
export type AddCapability = z.infer<typeof AddCapability>

export const AgentTemplate = z
  .strictObject({
    id: z.string(),
    name: about.name,
    description: about.description,
    agent: z
      .strictObject({ type: about.type, tags: Tags, ...config })
      .describe('The settings of agents that are created from it.'),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'AgentTemplate' })
export type AgentTemplate = z.infer<typeof AgentTemplate>

export const AgentTemplatePage = pageOf(AgentTemplate).meta({ id: 'AgentTemplatePage' })
export const ListTemplates = listQuery(['-createdAt', 'createdAt'], {
  q: PlainText(100).optional().describe('Text in name or description.'),
})
export type ListTemplates = z.infer<typeof ListTemplates>

export const CreateTemplate = z
  .strictObject({
    agentId: z.string().max(64).describe('The agent, or built-in type, that it is copied from.'),
    name: about.name,
    description: about.description.default(''),
  })
  .meta({ id: 'CreateAgentTemplate', examples: [{ agentId: 'writer', name: 'Release notes' }] })
export type CreateTemplate = z.infer<typeof CreateTemplate>

export const UseTemplate = z
  .strictObject({ name: about.name.optional(), description: about.description.optional(), ...optionalConfig })
  .meta({ id: 'UseAgentTemplate', examples: [{ name: 'Notes of May' }] })
export type UseTemplate = z.infer<typeof UseTemplate>
