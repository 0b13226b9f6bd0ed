// Calls in a thread. The runs of a thread share a gate, so they answer one after another. Invariants:
// 1. The turn is reserved with the id of the run before the run is created, and released if the run is refused.
// 2. A repeated call finds its turn, and takes no other.
import type { Actor, RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import {
  giveBackTurn,
  type Question,
  renameTurn,
  requireThread,
  takeTurn,
} from '../../agent-threads/index.ts'
import type { Started } from '../../runs/index.ts'
import { type AgentStart, startCall } from './start.ts'

type Ctx = RequestContext & { actor: Actor }

export async function startInThread(
  ctx: Ctx,
  { input, node, ...start }: AgentStart,
  { isAgain, threadId, asked, mayWait }: Omit<Question, 'runId' | 'node'>,
): Promise<Started> {
  const thread = await requireThread(ctx, threadId)
  if (thread.agentId !== '' && thread.agentId !== start.agentId)
    throw invalid('/threadId', `only the agent ${thread.agentId} answers in this thread`)
  if (asked.some((message) => (message as { role?: string }).role !== 'user'))
    throw invalid(
      '/messages',
      'in a thread, messages may only contain messages of the user, because the thread has the others',
    )
  let taken: { question: Question; isNew: boolean } | null = null
  const named = async (runId: string): Promise<void> => {
    if (taken === null) {
      const question = { threadId, runId, node: '', asked, mayWait, isAgain }
      taken = { question, isNew: await takeTurn(ctx, thread, question) }
    } else if (taken.isNew) {
      await renameTurn(ctx, taken.question, runId)
      taken.question.runId = runId
    }
  }
  try {
    return await startCall(ctx, {
      ...start,
      input: { ...(input as Record<string, Json>), threadId },
      node: {
        ...node,
        type: 'ai.thread',
        params: { ...node.params, threadId: '{{ input.threadId }}', ...(mayWait ? { queue: true } : {}) },
      },
      settings: { concurrency: { limit: 1, key: '{{ input.threadId }}' } },
      named,
    })
  } catch (error) {
    // After any other error, it is unknown whether the run was created. The thread finds out later.
    if (taken !== null && isRefusal(error)) await giveBack(ctx, taken)
    throw error
  }
}

const isRefusal = (error: unknown): boolean => error instanceof AppError

const giveBack = (ctx: Ctx, { question, isNew }: { question: Question; isNew: boolean }): Promise<void> =>
  isNew ? giveBackTurn(ctx, question) : Promise.resolve()

const invalid = (path: `/${string}`, message: string): AppError =>
  new AppError('request.invalid', { errors: [{ path, message, code: 'custom' }] })
