// One question of a batch: the same as `ai.agent`, or the reason why it is not asked. Not allowed in workflows of
// users: a batch consists of runs with only this node.
import * as z from 'zod'
import { effectNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'
import { AgentSpec } from './agent-spec.ts'
import { itemBody } from './body.ts'
import { Limits, Messages, Models, Schema } from './settings.ts'

const Refused = z.strictObject({ code: z.string(), message: z.string() })
export type Refusal = z.infer<typeof Refused>

export const ItemParams = z.strictObject({
  agent: AgentSpec,
  messages: Messages.or(z.tuple([])),
  refused: Refused.nullable(),
  schema: Schema.optional(),
  models: Models.optional(),
  limits: Limits.optional(),
  onLimit: z.enum(['end', 'park']).optional(),
})

export const aiItem = effectNode({
  type: 'ai.item',
  internal: true,
  category: 'ai',
  kind: 'group',
  summary: 'Lets an agent answer one question of a batch.',
  params: ItemParams,
  output: 'What `ai.agent` gives.',
  example: {},
  ports: mainPort,
  needsCredential: false,
  effectful: true,
  run: () => Promise.reject(new Error('This node runs its body and cannot run by itself')),
  body: itemBody,
})
