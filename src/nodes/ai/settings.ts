// What the nodes that call models share: the parameters, and how the first inner node uses them.
import * as z from 'zod'
import type { Json } from '../../core/json.ts'
import { toMicroUsd } from '../../core/money.ts'
import { checkSchema } from '../../engine/json-schema/compile.ts'
import type { ParamFault } from '../../engine/model/node-type.ts'
import { isProvider, type JsonSchema, type ModelChoice, PROVIDERS } from '../../providers/models/types.ts'
import { isFixed } from '../fixed.ts'

export const MAX_MODELS = 8
export const MAX_STEPS = 200
export const MAX_TOOLS = 64
const MAX_TIMEOUT_MS = 3_600_000

export const ModelEntry = z.strictObject({
  provider: z.string().min(1).max(64).describe('The provider of the model, such as `anthropic`.'),
  model: z.string().min(1).max(200).describe('The provider’s name of the model.'),
  integration: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(
      'The team’s integration with the key, by id or name. Default: the first working one of the type.',
    ),
  temperature: z.number().min(0).max(2).optional().describe('The sampling temperature.'),
  maxTokens: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('The maximum length of the answer, in tokens.'),
  timeoutMs: z
    .number()
    .int()
    .min(1_000)
    .max(MAX_TIMEOUT_MS)
    .optional()
    .describe('The time limit of one call. Default: 5 minutes.'),
})

export const Models = z
  .array(ModelEntry)
  .min(1)
  .max(MAX_MODELS)
  .describe(
    'The models to try, in order. The next one is used if a model fails or its answer does not match the schema. Default: the default model in `GET /agents/models`.',
  )

export const Schema = z
  .record(z.string(), z.unknown())
  .describe(
    'The JSON Schema that the answer must match. If it does not, the model is asked to correct it once.',
  )

export const Messages = z
  .array(z.looseObject({ role: z.enum(['system', 'user', 'assistant', 'tool']) }))
  .min(1)
  .max(10_000)
  .describe('A conversation, as messages of the AI SDK: `{ role, content }`.')

export const Limits = z
  .strictObject({
    steps: z
      .number()
      .int()
      .min(1)
      .max(MAX_STEPS)
      .optional()
      .meta({ description: 'The maximum number of model calls.', default: 20 }),
    tokens: z
      .number()
      .int()
      .min(1)
      .max(100_000_000)
      .optional()
      .meta({ description: 'The maximum number of input and output tokens of all calls.', default: 200_000 }),
    costUsd: z
      .number()
      .positive()
      .max(100_000)
      .optional()
      .describe('The maximum cost of all calls. Default: no limit.'),
    timeoutMs: z
      .number()
      .int()
      .min(1_000)
      .max(7 * 86_400_000)
      .optional()
      .meta({
        description: 'The maximum time from the start, without the time in which it is parked.',
        default: 600_000,
      }),
    depth: z
      .number()
      .int()
      .min(0)
      .max(16)
      .optional()
      .meta({ description: 'The maximum depth of runs that start runs.', default: 3 }),
    toolCalls: z
      .number()
      .int()
      .min(0)
      .max(10_000)
      .optional()
      .describe('The maximum number of tool calls. Default: no limit.'),
  })
  .describe('The limits at which the agent ends, or asks people whether to continue.')
export type Limits = z.infer<typeof Limits>

export type FullLimits = {
  steps: number
  tokens: number
  costMicros: number | null
  timeoutMs: number
  depth: number
  toolCalls: number | null
}

export const fullLimits = ({
  steps,
  tokens,
  costUsd,
  timeoutMs,
  depth,
  toolCalls,
}: Limits = {}): FullLimits => ({
  steps: steps ?? 20,
  tokens: tokens ?? 200_000,
  costMicros: costUsd === undefined ? null : toMicroUsd(costUsd),
  timeoutMs: timeoutMs ?? 600_000,
  depth: depth ?? 3,
  toolCalls: toolCalls ?? null,
})

export type ToolPolicy = 'allow' | 'ask' | 'deny'
export type ToolSetting = {
  name: string
  policy: ToolPolicy
  allowSelf: boolean
  config: Record<string, Json>
}

/** What the first inner node records: everything that varies between calls with the same body. */
export type Setup = {
  agent: { id: string | null; version: number; name: string } | null
  instructions: string
  messages: Json[]
  /** Empty if the team's default model is looked up. */
  models: ModelChoice[]
  /** For the default model. */
  answer?: Pick<ModelChoice, 'temperature' | 'maxTokens'>
  tools: ToolSetting[]
  schema: JsonSchema | null
  limits: FullLimits
  onLimit: 'end' | 'park'
  /** In a thread: the earlier summary, and what must be added to it. */
  thread?: { summary: string; toSum: { text: string; windowFrom: number } | null }
  /** The time of the start. */
  at: number
}

const OFFLINE: ModelChoice = { provider: 'offline', model: 'rules-1' }

/** The port of the first inner node if no model is set. */
export const FIND_MODELS = 'find'

/** The models to try, and the port. Older bodies do not have this port; they use the offline model. */
export function modelsAndPortOf(
  models: ModelChoice[] | undefined,
  hasEdge: (port: string) => boolean,
): { models: ModelChoice[]; port: string } {
  if (models !== undefined) return { models, port: 'main' }
  return hasEdge(FIND_MODELS) ? { models: [], port: FIND_MODELS } : { models: [OFFLINE], port: 'main' }
}

/** A prompt becomes a message of the user. A conversation is used as it is. */
export function messagesOf({ prompt, messages }: { prompt?: unknown; messages?: unknown }): Json[] {
  const given = (messages ?? []) as Json[]
  if (prompt === undefined) return given
  const content = typeof prompt === 'string' ? prompt : JSON.stringify(prompt)
  return [...given, { role: 'user', content }]
}

export function faultsOfSchema(schema: unknown): ParamFault[] {
  if (typeof schema !== 'object' || schema === null || !isFixed(schema)) return []
  return checkSchema(schema).map(({ path, message }) => ({
    at: ['schema', ...path.split('/').slice(1)],
    message,
  }))
}

/** The names of the offline model. */
const OFFLINE_NAMES = ['rules-1', 'offline']

/**
 * The list of providers is closed, and the offline model is one of them. The models of the others are only known to
 * them.
 */
export function faultsOfModels(models: unknown): ParamFault[] {
  if (!Array.isArray(models)) return []
  return models.flatMap((rung: unknown, index): ParamFault[] => {
    const { provider, model } = (rung ?? {}) as { provider?: unknown; model?: unknown }
    if (typeof provider !== 'string' || !isFixed(provider)) return []
    if (!isProvider(provider))
      return [
        {
          at: ['models', index, 'provider'],
          message: `there is no provider ${JSON.stringify(provider)}; known are ${PROVIDERS.join(', ')}`,
        },
      ]
    if (provider !== 'offline' || typeof model !== 'string' || !isFixed(model)) return []
    if (OFFLINE_NAMES.includes(model)) return []
    return [
      {
        at: ['models', index, 'model'],
        message: `offline has no model ${JSON.stringify(model)}; known is ${OFFLINE_NAMES[0]}`,
      },
    ]
  })
}
