// Reads the part of the thread that the agent sees, as the first step of an answer. It is recorded, so that a
// repeated call sends the same.
import { outerPath } from '../../../engine/model/path.ts'
import { contextSizeOf, isProvider } from '../../../providers/models/index.ts'
import type { ModelChoice } from '../../../providers/models/types.ts'
import { effectNode, NodeFailure, type NodeResult } from '../../node.ts'
import type { NodePorts } from '../../ports.ts'
import { AgentParams } from '../agent.ts'
import type { AgentSpec } from '../agent-spec.ts'
import type { Setup } from '../settings.ts'
import { ThreadParams } from '../thread.ts'
import { setupOf } from './setup.ts'

/** The share of the limit for all calls of an answer, and of the model's context. */
const SHARE_OF_LIMIT = 10
const SHARE_OF_CONTEXT = 3

const base = {
  internal: true,
  category: 'ai',
  output: 'What the calls are made of.',
  example: {},
  ports: () => ['main', 'sum'],
  mockPort: () => 'main',
  needsCredential: false,
  effectful: true,
} as const

export const aiRecall = effectNode({
  ...base,
  type: 'ai.recall',
  summary: 'Reads the messages of a thread.',
  params: ThreadParams,
  run: (ports, { params: { threadId, agent, queue = false, ...given }, nowMs }): Promise<NodeResult> =>
    recalled(ports, agent, setupOf(agent, given, nowMs), {
      threadId,
      node: '',
      agentId: null,
      mayWait: queue,
    }),
})

export const aiJoin = effectNode({
  ...base,
  type: 'ai.join',
  summary: 'Reserves a turn in a thread, and reads its messages.',
  params: AgentParams,
  run: async (ports, { params, nowMs, path }): Promise<NodeResult> => {
    const { threadId, agentId, queue = false, ...given } = params
    const agent = agentId === undefined ? params.agent : await ports.agents.find(agentId)
    if (threadId === undefined || agent === undefined) throw invalid('threadId and an agent are needed')
    const setup = setupOf(agent, given, nowMs)
    if (setup.messages.some((message) => (message as { role?: string }).role !== 'user'))
      throw invalid(
        'messages: in a thread, only messages of the user are allowed, because the thread has the others',
      )
    return recalled(ports, agent, setup, {
      threadId,
      node: outerPath(path),
      agentId: agentId ?? null,
      mayWait: queue,
    })
  },
})

type Place = Pick<Parameters<NodePorts['threads']['recall']>[0], 'threadId' | 'node' | 'agentId' | 'mayWait'>

async function recalled(
  { threads, models }: NodePorts,
  { memory = DEFAULT_MEMORY }: AgentSpec,
  setup: Setup,
  place: Place,
): Promise<NodeResult> {
  if (setup.models.length === 0) setup.models = [await models.usual('chat')]
  const { messages, summary, toSum } = await threads.recall({
    ...place,
    asked: setup.messages,
    memory,
    tokens: tokensFor(setup),
  })
  const output: Setup = {
    ...setup,
    messages: [...messages, ...setup.messages],
    thread: { summary, toSum },
  }
  return { output, port: toSum === null ? 'main' : 'sum' }
}

const invalid = (message: string): NodeFailure =>
  new NodeFailure({ code: 'params.invalid', message, retryable: false })

function tokensFor({ limits, models }: Setup): number {
  const sizes = models.flatMap((rung) => sizeOf(rung) ?? [])
  return Math.floor(Math.min(limits.tokens / SHARE_OF_LIMIT, ...sizes.map((size) => size / SHARE_OF_CONTEXT)))
}

const sizeOf = ({ provider, model }: ModelChoice): number | null =>
  isProvider(provider) ? contextSizeOf(provider, model) : null

export const DEFAULT_MEMORY = { window: 20, summary: true }
