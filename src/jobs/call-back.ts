import type * as z from 'zod'
import type { RequestContext } from '../context.ts'
import { callOutbound, reachOf } from '../providers/outbound/index.ts'
import type { RunCallback } from '../queue/messages.ts'

const TIMEOUT_MS = 15_000
const MOST_ANSWER_BYTES = 65_536

/** Tells whoever started a run that it has ended. Any 2xx is an answer; everything else is tried again for hours. */
export async function callBack(
  request: RequestContext,
  message: z.infer<typeof RunCallback>,
  outboxId: string,
): Promise<void> {
  const answer = await callOutbound(
    {
      url: message.url,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': outboxId },
      body: JSON.stringify(message.body),
      maxBytes: MOST_ANSWER_BYTES,
      timeoutMs: TIMEOUT_MS,
      followRedirects: false,
    },
    reachOf(request.env, request.settings),
  )
  if (answer.status < 200 || answer.status >= 300) throw new Error(`The callback answered ${answer.status}`)
}
