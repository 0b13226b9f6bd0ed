import * as z from 'zod'
import { Limits, MAX_TOOLS, Models, Schema } from './settings.ts'

export const Memory = z
  .strictObject({
    window: z.int().min(0).max(1_000).describe('The number of latest messages of a thread that it sees.'),
    summary: z.boolean().describe('Whether older messages are summarised for it.'),
  })
  .describe('The part of a thread that it sees.')

export const ToolUse = z.strictObject({
  name: z.string().min(1).max(64).describe('The name of the tool.'),
  policy: z.enum(['allow', 'ask', 'deny']).optional().meta({
    description: '`ask` waits for approval before each call; `deny` hides the tool.',
    default: 'allow',
  }),
  allowSelf: z
    .boolean()
    .optional()
    .describe(
      'With `ask`: whether the person who started the run can approve. Default: only if nobody else could.',
    ),
  config: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('The settings of the tool, such as the hosts that it can call.'),
})

/** The settings of an agent that its calls depend on. */
export const AgentSpec = z.strictObject({
  id: z.string().max(64).nullish().describe('Its id, which is part of what is approved.'),
  version: z.number().int().min(0).optional().describe('Its version, which is part of what is approved.'),
  name: z.string().min(1).max(200).optional().describe('Its name in approvals.'),
  instructions: z.string().max(200_000).optional().describe('Its instructions.'),
  models: Models.optional(),
  tools: z
    .array(z.union([z.string().min(1).max(64), ToolUse]))
    .max(MAX_TOOLS)
    .optional()
    .describe('Its tools, each a name or `{ name, policy, allowSelf, config }`.'),
  outputSchema: Schema.optional(),
  limits: Limits.optional(),
  memory: Memory.optional(),
})
export type AgentSpec = z.infer<typeof AgentSpec>
