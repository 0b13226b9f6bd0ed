// Many questions to one agent, as one run: an item of it for each, so that a crash repeats no answer that there is.
import type { Actor, RequestContext } from '../../../context.ts'
import type { Json } from '../../../core/json.ts'
import { messagesOf } from '../../../nodes/ai/settings.ts'
import { requireKnownCredentials } from '../../agents/index.ts'
import type { Started } from '../../runs/index.ts'
import type { CallAgentBatch } from '../schema.ts'
import { type CallOptions, definedIn, namedParams, requireCallable, requireSound } from './call.ts'
import { requireFilesRight } from './files.ts'
import { startCall } from './start.ts'

export async function callAgentBatch(
  ctx: RequestContext & { actor: Actor },
  agentId: string,
  { inputs, concurrency, callbackUrl, metadata, ...rest }: CallAgentBatch,
  { idempotencyKey, ...options }: CallOptions,
): Promise<Started> {
  const agent = await requireCallable(ctx, agentId)
  requireSound({ agent, ...rest })
  await requireKnownCredentials(ctx, { models: rest.models })
  const given = definedIn(rest)
  const items = inputs.map((input) => ({ messages: messagesOf(input) }))
  for (const { messages } of items) requireFilesRight(ctx.actor, messages)
  return startCall(ctx, {
    agent,
    agentId,
    callbackUrl,
    metadata,
    input: { agent, items, ...given } as unknown as Json,
    node: {
      params: { ...namedParams(['agent', ...Object.keys(given)]), messages: '{{ item.messages }}' },
      each: { items: '{{ input.items }}', concurrency, onItemError: 'collect' },
    },
    request: { agentId, items, concurrency, ...given } as unknown as Json,
    idempotencyKey,
    options,
  })
}
