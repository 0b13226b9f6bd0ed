// Describes the tools that an agent may use to the model, and checks the agent's settings for them.
import * as z from 'zod'
import type { Json } from '../../core/json.ts'
import type { ParamFault } from '../../engine/model/node-type.ts'
import type { JsonSchema, ModelTool } from '../../providers/models/types.ts'
import type { ToolSetting } from '../ai/settings.ts'
import { TOOLS, toolOf } from './registry.ts'
import { WORKFLOW_RUN } from './workflow-run.ts'

/** The model never sees a denied tool. */
export const offeredTools = (settings: readonly ToolSetting[]): ModelTool[] =>
  settings.flatMap(({ name, policy, config }) => {
    const tool = toolOf(name)
    if (tool === undefined || policy === 'deny') return []
    return [{ name, description: tool.description, inputSchema: schemaOf(name, config) }]
  })

const schemas = new Map<string, JsonSchema>()

function schemaOf(name: string, config: Record<string, Json>): JsonSchema {
  let schema = schemas.get(name)
  if (schema === undefined) {
    schema = toJsonSchema(toolOf(name)?.args ?? z.strictObject({}))
    schemas.set(name, schema)
  }
  return name === WORKFLOW_RUN ? withChoice(schema, config.workflows) : schema
}

function toJsonSchema(type: z.ZodType): JsonSchema {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(type, {
    io: 'input',
    unrepresentable: 'any',
  }) as Record<string, unknown>
  return schema as JsonSchema
}

/** All tools, for those who choose some for an agent. */
export const describedTools = () =>
  TOOLS.map(({ name, description, args, config }) => ({
    name,
    description,
    arguments: toJsonSchema(args) as Record<string, Json>,
    config: toJsonSchema(config) as Record<string, Json>,
  }))

function withChoice(schema: JsonSchema, workflows: Json | undefined): JsonSchema {
  const properties = schema.properties as Record<string, Record<string, unknown>>
  return { ...schema, properties: { ...properties, workflow: { ...properties.workflow, enum: workflows } } }
}

/** Checks a list in the agent's settings. Expressions are checked in the run. */
export function faultsOfTools(tools: unknown): ParamFault[] {
  if (!Array.isArray(tools)) return []
  const seen = new Set<string>()
  return tools.flatMap((one: unknown, index): ParamFault[] => {
    const { name, config = {} } = (typeof one === 'string' ? { name: one } : (one ?? {})) as {
      name?: unknown
      config?: unknown
    }
    if (typeof name !== 'string' || name.includes('{{')) return []
    const at = typeof one === 'string' ? [index] : [index, 'name']
    const tool = toolOf(name)
    if (tool === undefined)
      return [{ at, message: `The tool ${name} does not exist. Available tools: ${names()}` }]
    if (seen.has(name)) return [{ at, message: `The tool ${name} appears twice` }]
    seen.add(name)
    if (JSON.stringify(config).includes('{{')) return []
    const parsed = tool.config.safeParse(config)
    if (!parsed.success)
      return parsed.error.issues.map(({ path, message }) => ({ at: [index, 'config', ...path], message }))
    return [...(tool.check?.(parsed.data) ?? [])].map((fault) => ({
      ...fault,
      at: [index, 'config', ...fault.at],
    }))
  })
}

const names = (): string => TOOLS.map(({ name }) => name).join(', ')
