// Many questions to one agent, as one run with an item for each, so that a crash never repeats an existing answer.
// Errors that affect all items are refused before the run starts. An error of one item is reported in its place.
import type { Actor, RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import type { Refusal } from '../../../nodes/ai/item.ts'
import { messagesOf } from '../../../nodes/ai/settings.ts'
import { requireKnownCredentials } from '../../agents/index.ts'
import type { Started } from '../../runs/index.ts'
import type { CallAgentBatch } from '../schema.ts'
import { type CallOptions, definedIn, namedParams, requireCallable, requireValidCall } from './call.ts'
import { attached, refsOf, requireFilesRight } from './files.ts'
import { requireCallableModels, requireFits } from './models.ts'
import { startCall } from './start.ts'

type Item = { messages: Json[]; refused: Refusal | null }

export async function callAgentBatch(
  ctx: RequestContext & { actor: Actor },
  agentId: string,
  { inputs, concurrency, callbackUrl, metadata, ...rest }: CallAgentBatch,
  { idempotencyKey, ...options }: CallOptions,
): Promise<Started> {
  const agent = await requireCallable(ctx, agentId)
  requireValidCall({ agent, ...rest })
  await requireKnownCredentials(ctx, { models: rest.models })
  for (const input of inputs) requireFilesRight(ctx.actor, messagesOf(input), input.files)
  const answering = { ...rest, agent }
  await requireCallableModels(ctx, answering)
  const refs = await refsOf(
    ctx,
    inputs.flatMap(({ files = [] }) => files),
  )
  const items = inputs.map((input): Item => {
    try {
      const { messages, tokens } = attached(messagesOf(input), input.files ?? [], refs)
      requireFits(answering, { messages, fileTokens: tokens })
      return { messages, refused: null }
    } catch (error) {
      if (error instanceof AppError) return { messages: [], refused: refusalOf(error) }
      throw error
    }
  })
  const given = definedIn(rest)
  return startCall(ctx, {
    agent,
    agentId,
    callbackUrl,
    metadata,
    input: { agent, items, ...given } as unknown as Json,
    node: {
      type: 'ai.item',
      params: {
        ...namedParams(['agent', ...Object.keys(given)]),
        messages: '{{ item.messages }}',
        refused: '{{ item.refused }}',
      },
      each: { items: '{{ input.items }}', concurrency, onItemError: 'collect' },
    },
    request: { agentId, inputs, concurrency, ...given } as unknown as Json,
    idempotencyKey,
    options,
  })
}

function refusalOf({ code, message, errors = [] }: AppError): Refusal {
  const [first] = errors
  return first === undefined ? { code, message } : { code: first.code, message: first.message }
}
