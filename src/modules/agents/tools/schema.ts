import * as z from 'zod'
import { JsonValue } from '../../../core/json-value.ts'
import { pageOf } from '../../../http/pagination.ts'

const JsonSchema = z.record(z.string(), JsonValue)

export const AgentTool = z
  .strictObject({
    name: z.string(),
    description: z.string().describe('What it does, as models read it.'),
    arguments: JsonSchema.describe('JSON Schema of the arguments that a model sends.'),
    config: JsonSchema.describe('JSON Schema of its settings in an agent, the `config` of the tool.'),
    scope: z
      .string()
      .nullable()
      .describe('The right that an API key needs to give it to an agent; null if it needs no other.'),
  })
  .meta({ id: 'AgentTool' })
export type AgentTool = z.infer<typeof AgentTool>

export const AgentToolPage = pageOf(AgentTool).meta({ id: 'AgentToolPage' })
