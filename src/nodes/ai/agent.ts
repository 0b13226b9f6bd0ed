// A loop of model calls and tool calls. Each of them is a step of the run.
import * as z from 'zod'
import type { ParamFault } from '../../engine/model/node-type.ts'
import { effectNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'
import { faultsOfTools } from '../tools/offer.ts'
import { AgentSpec } from './agent-spec.ts'
import { agentBody } from './body.ts'
import { faultsOfModels, faultsOfSchema, Limits, Messages, Models, Schema } from './settings.ts'

export const AgentParams = z
  .strictObject({
    agent: AgentSpec.optional().describe('The agent: its instructions, models, tools and limits.'),
    agentId: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe(
        'An agent of the team instead of `agent`: its id, or the name of a built-in type. A run uses the version that was current when the run began.',
      ),
    prompt: z.unknown().optional().describe('The prompt. Values other than text are sent as JSON.'),
    messages: Messages.optional(),
    schema: Schema.optional(),
    models: Models.optional(),
    limits: Limits.optional(),
    onLimit: z.enum(['end', 'park']).optional().meta({
      description:
        'How a limit is handled: `end` returns the partial result, `park` waits for people, who can let the agent continue.',
      default: 'end',
    }),
    threadId: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe(
        'The thread to continue: the agent sees its earlier messages, and the thread stores the answer.',
      ),
    queue: z.boolean().optional().meta({
      description:
        'Whether the node waits while another call is answered in the thread, for about an hour. Otherwise, it fails with `agent.thread_busy`.',
      default: false,
    }),
  })
  .refine(({ prompt, messages }) => prompt !== undefined || messages !== undefined, {
    message: 'prompt or messages is needed',
  })
  .refine(({ agent, agentId }) => (agent === undefined) !== (agentId === undefined), {
    message: 'either agent or agentId is needed',
  })
  .refine(({ threadId, queue }) => threadId !== undefined || queue === undefined, {
    message: 'only calls in a thread wait in the queue',
    path: ['queue'],
  })
export type AgentParams = z.infer<typeof AgentParams>

export const aiAgent = effectNode({
  type: 'ai.agent',
  category: 'ai',
  kind: 'group',
  summary:
    'Lets a model work with tools until it is done. Each model call and each tool call is a step of the run.',
  params: AgentParams,
  output:
    '`{ text, object, steps, toolCalls, finishReason, model, usage }`: `finishReason` is `stop`, `length`, `refused`, or the limit that ended it: `steps`, `tokens`, `cost`, `time`, `tool`, `loop`, `depth`.',
  example: {
    agent: { instructions: 'Answer with numbers.', tools: ['calculator'] },
    prompt: 'What is 12 * 12?',
  },
  ports: mainPort,
  needsCredential: false,
  effectful: true,
  check: ({ agent, schema, models }): ParamFault[] => {
    const {
      tools,
      outputSchema,
      models: own,
    } = (typeof agent === 'object' && agent !== null ? agent : {}) as Record<string, unknown>
    return [
      ...faultsOfSchema(schema),
      ...faultsOfModels(models),
      ...faultsOfModels(own).map(({ at, message }) => ({ at: ['agent', ...at], message })),
      ...faultsOfSchema(outputSchema).map(({ at, message }) => ({
        at: ['agent', 'outputSchema', ...at.slice(1)],
        message,
      })),
      ...faultsOfTools(tools).map(({ at, message }) => ({ at: ['agent', 'tools', ...at], message })),
    ]
  },
  run: () => Promise.reject(new Error('This node runs its body and cannot run by itself')),
  body: agentBody,
})
