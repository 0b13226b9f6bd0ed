// Calls an agent in a thread. The run has only this node. It reads the earlier messages first, and adds the answer to the thread.
// In a workflow, `ai.agent` with `threadId` does the same.
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
  /** The call waits for its thread, also while a workflow answers there. */
  queue: z.boolean().optional(),
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
  run: () => Promise.reject(new Error('This node runs its body and cannot run by itself')),
  body: threadBody('ai.recall'),
})
