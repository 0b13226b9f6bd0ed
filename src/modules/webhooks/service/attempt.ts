// One attempt: signs the request for this moment, sends it through the outbound guard and returns the result.
import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { callOutbound, reachOf } from '../../../providers/outbound/index.ts'
import { sign } from '../signature.ts'
import { MAX_KEPT_CHARS, type Outcome } from '../verdict.ts'

const TIMEOUT_MS = 15_000
/** At most four bytes per character. */
const MAX_ANSWER_BYTES = 4 * MAX_KEPT_CHARS

export type Sending = {
  url: string
  /** `webhook-id`. */
  id: string
  body: string
  secrets: readonly string[]
  headers: Record<string, string>
}

/** Never throws. */
export async function attempt(request: RequestContext, sending: Sending): Promise<Outcome> {
  const { now, env, settings } = request
  const at = now()
  try {
    const answer = await callOutbound(
      {
        url: sending.url,
        method: 'POST',
        headers: {
          ...sending.headers,
          'content-type': 'application/json',
          'user-agent': 'Orrery-Webhooks',
          ...(await sign(sending.secrets, sending.id, at, sending.body)),
        },
        body: sending.body,
        maxBytes: MAX_ANSWER_BYTES,
        cutLarge: true,
        timeoutMs: TIMEOUT_MS,
        followRedirects: false,
      },
      reachOf(env, settings),
    )
    return {
      at,
      durationMs: now() - at,
      status: answer.status,
      headers: answer.headers,
      body: new TextDecoder().decode(answer.bytes),
      error: null,
    }
  } catch (error) {
    // Other errors are internal. Their texts appear only in the log.
    if (!(error instanceof AppError)) request.log.error('a webhook could not be sent', { error })
    const reason = error instanceof AppError ? error.message : 'The request could not be sent.'
    return { at, durationMs: now() - at, status: null, headers: {}, body: '', error: reason }
  }
}
