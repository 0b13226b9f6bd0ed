import * as z from 'zod'
import { Limits, MAX_TOOLS, Models, Schema } from './settings.ts'

export const Memory = z
  .strictObject({
    window: z.int().min(0).max(1_000).describe('How many of the latest messages of a thread it sees.'),
    summary: z.boolean().describe('Whether what is older is summed up for it.'),
  })
  .describe('What it sees of a thread.')

export const ToolUse = z.strictObject({
  name: z.string().min(1).max(64).describe('The name of the tool.'),
  policy: z.enum(['allow', 'ask', 'deny']).optional().meta({
    description: '`ask` waits for the consent of people before each call; `deny` hides the tool.',
    default: 'allow',
  }),
  allowSelf: z
    .boolean()
    .optional()
    .describe('With `ask`: whether who started the run may consent. Default: only where nobody else could.'),
  config: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Settings of the tool, such as the hosts it may call.'),
})

/** What an agent is, as far as its calls depend on it. */
export const AgentSpec = z.strictObject({
  id: z.string().max(64).nullish().describe('Its id, for consent that is given to one agent.'),
  version: z.number().int().min(0).optional().describe('Its version, for the same.'),
  name: z.string().min(1).max(200).optional().describe('What it is called in questions to people.'),
  instructions: z.string().max(200_000).optional().describe('What it is to do, and how.'),
  models: Models.optional(),
  tools: z
    .array(z.union([z.string().min(1).max(64), ToolUse]))
    .max(MAX_TOOLS)
    .optional()
    .describe('The tools it may use, each a name or `{ name, policy, allowSelf, config }`.'),
  outputSchema: Schema.optional(),
  limits: Limits.optional(),
  memory: Memory.optional(),
})
export type AgentSpec = z.infer<typeof AgentSpec>
