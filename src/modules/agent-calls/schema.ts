import * as z from 'zod'
import { idPattern } from '../../core/ids.ts'
import { AgentSpec } from '../../nodes/ai/agent-spec.ts'
import { Limits, Messages, Models, Schema } from '../../nodes/ai/settings.ts'
import { Execution } from '../../objects/run-view.ts'

const metadata = z
  .record(z.string().max(64), z.union([z.string().max(500), z.number(), z.boolean()]))
  .optional()
  .describe('Your own fields. Runs can be found by them.')

const MAX_BATCH = 1_000

const agent = { agent: AgentSpec.describe('The agent that answers.') }

const options = {
  schema: Schema.optional(),
  models: Models.optional(),
  limits: Limits.optional(),
  onLimit: z.enum(['end', 'park']).optional().describe('How a limit is handled. Default: `end`.'),
  metadata,
}

const callbackUrl = z
  .url({ protocol: /^https?$/ })
  .max(2_048)
  .optional()
  .describe('The URL that is notified when the run ends.')

/** For one call. */
export const MAX_FILES = 20

const question = {
  prompt: z.string().min(1).max(1_000_000).optional().describe('The prompt.'),
  messages: Messages.optional(),
  files: z
    .array(z.string().max(64))
    .min(1)
    .max(MAX_FILES)
    .optional()
    .describe(
      'Ids of files of the team that go with the question: texts up to 1 MB, images and others up to 10 MB each.',
    ),
}

const inThread = {
  threadId: z
    .string()
    .regex(new RegExp(`^${idPattern('thr')}$`))
    .optional()
    .describe('The thread to continue: the agent sees its earlier messages.'),
  queue: z
    .boolean()
    .optional()
    .describe('Whether the call waits while another is answered in the thread. Default: it is refused.'),
}

const call = {
  ...options,
  ...inThread,
  ...question,
  capability: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('A capability of the agent to use. None can be called yet: 422 `agent.unknown_capability`.'),
  parameters: z.record(z.string(), z.unknown()).optional().describe('The parameters of the capability.'),
  callbackUrl,
}

const ONE_QUESTION = [
  ({ prompt, messages }: { prompt?: unknown; messages?: unknown }) =>
    (prompt === undefined) !== (messages === undefined),
  { message: 'either prompt or messages' },
] as const

export const CallAgent = z
  .strictObject({ ...agent, ...call })
  .refine(...ONE_QUESTION)
  .meta({
    id: 'CallAgent',
    example: { agent: { name: 'Counter', tools: ['calculator'] }, prompt: 'What is 12 * 12?' },
  })
export type CallAgent = z.infer<typeof CallAgent>

export const CallStoredAgent = z
  .strictObject(call)
  .refine(...ONE_QUESTION)
  .meta({ id: 'CallStoredAgent', example: { prompt: 'What is 12 * 12?' } })
export type CallStoredAgent = z.infer<typeof CallStoredAgent>

export const CallAgentBatch = z
  .strictObject({
    ...options,
    inputs: z
      .array(z.strictObject(question).refine(...ONE_QUESTION))
      .min(1)
      .max(MAX_BATCH)
      .describe('The inputs, each for one call.'),
    concurrency: z
      .int()
      .min(1)
      .max(100)
      .default(5)
      .describe('How many calls are processed at a time. Default: 5.'),
    callbackUrl,
  })
  .meta({
    id: 'CallAgentBatch',
    example: { inputs: [{ prompt: 'What is 12 * 12?' }, { prompt: 'What is 9 * 9?' }], concurrency: 2 },
  })
export type CallAgentBatch = z.infer<typeof CallAgentBatch>

const UiPart = z.looseObject({ type: z.string().max(200) })

export const UiMessage = z.looseObject({
  id: z.string().max(200).optional(),
  role: z.enum(['system', 'user', 'assistant']),
  parts: z.array(UiPart).max(10_000),
})
export type UiMessage = z.infer<typeof UiMessage>

const chat = {
  ...options,
  ...inThread,
  messages: z.array(UiMessage).min(1).max(1_000).describe('The conversation, as UI messages of the AI SDK.'),
  trigger: z
    .string()
    .max(100)
    .optional()
    .describe('Why the chat asks, as the AI SDK says it: `regenerate-message` asks the last question again.'),
  cancelOnDisconnect: z
    .boolean()
    .optional()
    .describe('Whether the run is cancelled when the client disconnects. Default: false.'),
}

/** The request of the AI SDK's chat classes, with the agent in addition. */
export const StreamAgent = z.looseObject({ ...agent, ...chat })
export type StreamAgent = z.infer<typeof StreamAgent>

/** The same for an agent of the team. */
export const StreamStoredAgent = z.looseObject(chat)
export type StreamStoredAgent = z.infer<typeof StreamStoredAgent>

export const AgentUsage = z
  .strictObject({
    costUsd: z.number().describe('Of calls whose price is known.'),
    inputTokens: z.int().describe('Tokens sent to models.'),
    outputTokens: z.int().describe('Tokens received from models.'),
    cachedTokens: z.int().describe('Of the tokens sent: read from a cache of the provider.'),
    reasoningTokens: z.int().describe('Of the tokens received: thoughts.'),
    unpricedCalls: z.int().describe('Calls whose price is not known.'),
  })
  .meta({ id: 'AgentUsage' })

export const AgentRun = z
  .strictObject({
    ...Execution.shape,
    text: z.string().nullable().describe('The answer; null while there is none.'),
    object: z.unknown().optional().describe('The answer that fits the schema.'),
    steps: z.int().nullable().describe('How many answers models have given.'),
    usage: AgentUsage.nullable().describe('The usage of the answer.'),
    finishReason: z
      .string()
      .nullable()
      .describe(
        'Why it ended: `stop`, `length`, `refused`, a limit, `error` or `cancelled`; null while it is active.',
      ),
  })
  .meta({ id: 'AgentRun' })
export type AgentRun = z.infer<typeof AgentRun>

export const UiStream = z
  .string()
  .describe('Server-sent events, as in the UI message stream of the AI SDK.')
  .meta({ id: 'UiMessageStream' })
