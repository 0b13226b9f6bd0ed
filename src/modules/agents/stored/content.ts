// The content of an agent: created from a request, stored as text, shown again. Pure.
import { toIso } from '../../../core/clock.ts'
import { AppError, type FieldError } from '../../../core/errors.ts'
import { checkSchema } from '../../../engine/json-schema/compile.ts'
import { faultsOfTools, offeredTools } from '../../../nodes/tools/offer.ts'
import { checkToolSchema } from '../../../providers/models/index.ts'
import { type BuiltInType, builtInAgent } from '../built-in/types.ts'
import type { AgentContent, AgentRow, VersionRow } from './repo.ts'
import { type Agent, type AgentConfig, type AgentVersion, DEFAULT_LIMITS, DEFAULT_MEMORY } from './schema.ts'

export type Content = {
  name: string
  description: string
  type: Agent['type']
  tags: string[]
  config: AgentConfig
}

const EMPTY: AgentConfig = {
  instructions: '',
  models: [],
  tools: [],
  capabilities: [],
  outputSchema: null,
  memory: DEFAULT_MEMORY,
  limits: DEFAULT_LIMITS,
  metadata: {},
}

/** The initial settings of a new agent of a type. */
export const startOf = (type: Agent['type']): AgentConfig =>
  type === 'custom' ? EMPTY : builtInAgent(type).config

/** Fields that are left out do not change, including single limits. Null removes a limit. */
export function withChanges(before: AgentConfig, changes: Partial<AgentConfig>): AgentConfig {
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
  return {
    ...before,
    ...given,
    ...(changes.limits === undefined ? {} : { limits: limitsOf({ ...before.limits, ...changes.limits }) }),
  }
}

const limitsOf = (limits: object): AgentConfig['limits'] =>
  Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== null))

export const storedContent = ({ config, tags, ...about }: Content): AgentContent => ({
  ...about,
  config: JSON.stringify(config),
  tags: JSON.stringify(tags),
})

export const contentOf = ({ name, description, type, config, tags }: AgentRow): Content => ({
  name,
  description,
  type: type as Agent['type'],
  config: JSON.parse(config) as AgentConfig,
  tags: JSON.parse(tags) as string[],
})

export function toAgent(row: AgentRow): Agent {
  const { config, ...about } = contentOf(row)
  return {
    id: row.id,
    ...about,
    ...config,
    builtIn: false,
    version: row.version,
    createdBy: row.createdBy,
    createdAt: toIso(row.createdAt),
    updatedAt: toIso(row.updatedAt),
  }
}

export function toBuiltIn(type: BuiltInType): Agent {
  const { config, ...about } = builtInAgent(type)
  return {
    id: type,
    ...about,
    ...config,
    builtIn: true,
    version: 1,
    createdBy: null,
    createdAt: null,
    updatedAt: null,
  }
}

export function toVersion({ version, agent, createdBy, createdAt }: VersionRow): AgentVersion {
  const { config, ...about } = JSON.parse(agent) as Content
  return { version, ...about, ...config, createdBy, createdAt: toIso(createdAt) }
}

/** Refuses settings that make every call fail. */
export function requireValidConfig({ tools, outputSchema, models }: AgentConfig): void {
  const errors: FieldError[] = faultsOfTools(tools).map(({ at, message }) => ({
    path: `/tools/${at.map(String).join('/')}`,
    code: 'tools.invalid',
    message,
  }))
  if (outputSchema !== null)
    for (const { path, code, message } of checkSchema(outputSchema))
      errors.push({ path: `/outputSchema${path}`, code, message })
  if (errors.length === 0) errors.push(...unsendable({ tools, outputSchema, models }))
  if (errors.length > 0) throw new AppError('request.invalid', { errors })
}

function unsendable({
  tools,
  outputSchema,
  models,
}: Pick<AgentConfig, 'tools' | 'outputSchema' | 'models'>): FieldError[] {
  const offered = offeredTools(
    tools.map(({ name, policy = 'allow', allowSelf = false, config = {} }) => ({
      name,
      policy,
      allowSelf,
      config: config as never,
    })),
  )
  const providers = [...new Set(models.map(({ provider }) => provider))]
  return providers.flatMap((provider): FieldError[] => [
    ...offered.flatMap(({ name, inputSchema }) =>
      checkToolSchema(provider, inputSchema)
        .filter(({ code }) => code === 'refused')
        .map(
          ({ message }): FieldError => ({
            path: `/tools/${tools.findIndex((tool) => tool.name === name)}`,
            code: 'tool.schema_refused',
            message: `${provider} does not support the tool ${name}: ${message}`,
          }),
        ),
    ),
    ...(outputSchema === null ? [] : checkToolSchema(provider, outputSchema))
      .filter(({ code }) => code === 'refused')
      .map(
        ({ path, message }): FieldError => ({
          path: `/outputSchema${path}`,
          code: 'model.schema_refused',
          message: `${provider} does not support the schema: ${message}`,
        }),
      ),
  ])
}
