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
    agent: AgentSpec.optional().describe('What the agent is to do, with which models, tools and limits.'),
    agentId: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe(
        'An agent of the team in place of `agent`: its id, or the name of a built-in type. A run takes the version that was the current one when it began.',
      ),
    prompt: z.unknown().optional().describe('What is asked. What is no text is sent as JSON.'),
    messages: Messages.optional(),
    schema: Schema.optional(),
    models: Models.optional(),
    limits: Limits.optional(),
    onLimit: z.enum(['end', 'park']).optional().meta({
      description:
        'What happens at a limit: `end` gives what there is, `park` waits for people, who may let it go on.',
      default: 'end',
    }),
    threadId: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe(
        'The thread that it is said in: the agent sees what was said there before, and the thread keeps the answer.',
      ),
    queue: z.boolean().optional().meta({
      description:
        'What happens while another call is answered in the thread: `true` waits, for about an hour; else the node fails with `agent.thread_busy`.',
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
    message: 'only calls in a thread wait in line',
    path: ['queue'],
  })
export type AgentParams = z.infer<typeof AgentParams>

export const aiAgent = effectNode({
  type: 'ai.agent',
  category: 'ai',
  kind: 'group',
  summary:
    'Lets a model work with tools until it is done. Each call of the model and of a tool is a step of the run.',
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
  run: () => Promise.reject(new Error('The body of the node does its work')),
  body: agentBody,
})
