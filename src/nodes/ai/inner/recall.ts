// Reads the part of the thread that the agent sees, as the first step of an answer. It is recorded, so that a repeated call sends the same.

import { contextSizeOf, isProvider } from '../../../providers/models/index.ts'
import type { ModelRung } from '../../../providers/models/types.ts'
import { effectNode, type NodeResult } from '../../node.ts'
import type { Setup } from '../settings.ts'
import { ThreadParams } from '../thread.ts'
import { setupOf } from './setup.ts'

/** Of what all calls of an answer may take, and of what a model takes in. */
const SHARE_OF_LIMIT = 10
const SHARE_OF_CONTEXT = 3

export const aiRecall = effectNode({
  type: 'ai.recall',
  internal: true,
  category: 'ai',
  summary: 'Reads what was said in a thread.',
  params: ThreadParams,
  output: 'What the calls are made of.',
  example: {},
  ports: () => ['main', 'sum'],
  mockPort: () => 'main',
  needsCredential: false,
  effectful: true,
  run: async ({ threads, models }, { params, nowMs }): Promise<NodeResult> => {
    const { threadId, agent, ...given } = params
    const setup = setupOf(agent, given, nowMs)
    if (setup.models.length === 0) setup.models = [await models.usual('chat')]
    const { messages, summary, toSum } = await threads.recall({
      threadId,
      asked: setup.messages,
      memory: agent.memory ?? DEFAULT_MEMORY,
      tokens: tokensFor(setup),
    })
    const output: Setup = {
      ...setup,
      messages: [...messages, ...setup.messages],
      thread: { summary, toSum },
    }
    return { output, port: toSum === null ? 'main' : 'sum' }
  },
})

function tokensFor({ limits, models }: Setup): number {
  const sizes = models.flatMap((rung) => sizeOf(rung) ?? [])
  return Math.floor(Math.min(limits.tokens / SHARE_OF_LIMIT, ...sizes.map((size) => size / SHARE_OF_CONTEXT)))
}

const sizeOf = ({ provider, model }: ModelRung): number | null =>
  isProvider(provider) ? contextSizeOf(provider, model) : null

export const DEFAULT_MEMORY = { window: 20, summary: true }
