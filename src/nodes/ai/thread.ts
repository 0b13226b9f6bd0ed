// An agent that answers in a thread: it begins with what was said before, and the answer becomes a part of the thread. Nobody writes it
// into a workflow: calls of agents are runs of this one node.
import * as z from 'zod'
import { effectNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'
import { AgentSpec } from './agent-spec.ts'
import { threadBody } from './body.ts'
import { Limits, Messages, Models, Schema } from './settings.ts'

export const ThreadParams = z.strictObject({
  threadId: z.string(),
  agent: AgentSpec,
  messages: Messages,
  schema: Schema.optional(),
  models: Models.optional(),
  limits: Limits.optional(),
  onLimit: z.enum(['end', 'park']).optional(),
})
export type ThreadParams = z.infer<typeof ThreadParams>

export const aiThread = effectNode({
  type: 'ai.thread',
  internal: true,
  category: 'ai',
  kind: 'group',
  summary: 'Lets an agent answer in a thread.',
  params: ThreadParams,
  output: 'What `ai.agent` gives.',
  example: {},
  ports: mainPort,
  needsCredential: false,
  effectful: true,
  run: () => Promise.reject(new Error('The body of the node does its work')),
  body: threadBody,
})
