// One pass over a lane. Invariants:
// 1. One statement claims what is due, so two passes never send the same attempt. A claim expires after two minutes.
// 2. A result is written as soon as it exists. Results that arrive during a write are part of the next one.
// 3. If the receiver asks for a pause or wants nothing more, what was claimed and is not sent yet is given back.
// 4. Only results with a valid claim count, so deliveries that were restarted or deleted in the meantime are not affected.
import type { RequestContext } from '../../../context.ts'
import { DAY_MS, SECOND_MS } from '../../../core/clock.ts'
import { randomToken } from '../../../core/crypto.ts'
import type { Json } from '../../../core/json.ts'
import { countIfChanged } from '../../../db/platform-stats.ts'
import { runBatch, type Statement } from '../../../db/statement.ts'
import { judgeFilter } from '../../../engine/triggers/trigger-filter.ts'
import {
  claimDue,
  type DueDelivery,
  deleteDelivery,
  findClaimed,
  findNextDue,
  findSendingEndpoint,
  recordFailure,
  recordFilterError,
  recordSuccess,
  releaseDelivery,
  type SendingEndpoint,
  setDeliveryResult,
} from '../repo/sending.ts'
import { MAX_RETRY_AFTER_MS, nextAttemptAt } from '../schedule.ts'
import { judge, keptOf, type Outcome, type Verdict } from '../verdict.ts'
import { attempt } from './attempt.ts'
import { disable } from './disable.ts'
import { callbackSecrets, endpointHeaders, endpointSecretPlace, signingSecrets } from './secrets.ts'

/** The platform allows six connections that wait for a response. */
const PARALLEL = 6
const MAX_CLAIMED = 60
/** An endpoint is disabled if all its deliveries have failed for this long. */
export const MAX_FAILING_MS = 5 * DAY_MS

/** `nextAt`: when something is due again; null for never. `notBefore`: the earliest next pass that the endpoint's rate allows. */
export type Pass = { nextAt: number | null; notBefore: number }

export async function sendDue(request: RequestContext, lane: string): Promise<Pass> {
  const { DB } = request.env
  const startedAt = request.now()
  const claim = randomToken()
  const [, claimed, found] = await runBatch(DB, [
    claimDue(lane, claim, startedAt, MAX_CLAIMED),
    findClaimed(lane, claim),
    findSendingEndpoint(lane),
  ])
  const due = (claimed?.results ?? []) as DueDelivery[]
  const endpoint = ((found?.results ?? []) as SendingEndpoint[])[0] ?? null
  if (due.length > 0) await sendAll(request, { endpoint, due, claim })
  const [next] = await runBatch<{ nextAt: number | null }>(DB, [findNextDue(lane)])
  const nextAt = next?.results[0]?.nextAt ?? null
  const isPaced = due.length > 0 && endpoint?.rateLimitPerS != null
  return { nextAt, notBefore: isPaced ? startedAt + SECOND_MS : 0 }
}

type Work = { endpoint: SendingEndpoint | null; due: DueDelivery[]; claim: string }

async function sendAll(request: RequestContext, { endpoint, due, claim }: Work): Promise<void> {
  const signer = await signerOf(request, endpoint, due)
  const writer = resultWriter(request)
  const queue = [...due]
  let isStopped = false
  const work = async (): Promise<void> => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      if (isStopped) {
        await writer.write([releaseDelivery(claim, one.id, request.now())])
        continue
      }
      const dropped = endpoint === null ? null : judgeDelivery(endpoint, one, claim, request.now())
      if (dropped !== null) {
        await writer.write(dropped)
        continue
      }
      const url = endpoint?.url ?? one.url
      const outcome = await attempt(request, { ...signer, url, id: one.eventId, body: one.body })
      await writer.write(
        resultOf(one, { url, outcome, claim, endpointId: endpoint?.id ?? null }, signer.hidden),
      )
      if (endpoint === null) continue
      const verdict = judge(outcome)
      isStopped ||= wantsNoMore(verdict)
      await disableIfDone(request, endpoint, verdict, outcome)
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, work))
}

/** The receiver's answer applies to all deliveries, so the rest of the claimed ones are not sent now. */
const wantsNoMore = (verdict: Verdict): boolean =>
  verdict.kind === 'gone' || (verdict.kind === 'retry' && (verdict.retryAfterMs ?? 0) > 0)

type Signer = { secrets: string[]; headers: Record<string, string>; hidden: string[] }

async function signerOf(
  request: RequestContext,
  endpoint: SendingEndpoint | null,
  due: DueDelivery[],
): Promise<Signer> {
  const teamId = endpoint?.teamId ?? due[0]?.teamId ?? ''
  const secrets =
    endpoint === null
      ? await callbackSecrets(request, teamId)
      : await signingSecrets(request, endpointSecretPlace(teamId, endpoint.id), endpoint)
  const headers = endpoint === null ? {} : await endpointHeaders(request, endpoint)
  return { secrets, headers, hidden: [...secrets, ...Object.values(headers)] }
}

/** The statements that delete a delivery that the filter does not match; null if the delivery is to be sent. */
function judgeDelivery(
  endpoint: SendingEndpoint,
  { id, body, attempt: number, type, createdAt }: DueDelivery,
  claim: string,
  now: number,
): Statement[] | null {
  // Tests ignore the filter, and a delivery that has passed it once is not checked again.
  if (endpoint.filter === null || number > 1 || type === TEST_TYPE) return null
  const { data: event } = JSON.parse(body) as { data: { data?: Json } }
  const verdict = judgeFilter(endpoint.filter, { input: event, item: event?.data ?? null, now: createdAt })
  if (verdict.takes) return null
  const dropped = deleteDelivery(claim, id)
  return verdict.fault === null ? [dropped] : [dropped, recordFilterError(endpoint.id, verdict.fault, now)]
}

export const TEST_TYPE = 'webhook.test'

export type Sent = {
  url: string
  outcome: Outcome
  claim: string
  /** Null for a callback. */
  endpointId: string | null
  /** A test is not retried. */
  once?: boolean
}

/** The stored part of an attempt. */
export function resultOf(
  { id, attempt: number }: Pick<DueDelivery, 'id' | 'attempt'>,
  { url, outcome, claim, endpointId, once = false }: Sent,
  hidden: readonly string[],
): Statement[] {
  const verdict = judge(outcome)
  const { status, headers, body, durationMs, error, at } = keptOf(outcome, hidden)
  const endedAt = at + durationMs
  const retryAfterMs = verdict.kind === 'retry' ? verdict.retryAfterMs : null
  const nextAt =
    verdict.kind === 'retry' && !once ? nextAttemptAt(number, endedAt, Math.random(), retryAfterMs) : null
  const succeeded = verdict.kind === 'succeeded'
  const statements = [
    setDeliveryResult(claim, {
      id,
      status: succeeded ? 'succeeded' : nextAt === null ? 'failed' : 'pending',
      nextAttemptAt: nextAt,
      url,
      responseStatus: status,
      responseHeaders: status === null ? null : headers,
      responseBody: status === null ? null : body,
      durationMs,
      error: succeeded ? null : (error ?? reasonOf(verdict, outcome)),
      startedAt: at,
      finishedAt: endedAt,
    }),
    countIfChanged('webhookAttempts', succeeded ? 'succeeded' : 'failed', endedAt),
  ]
  if (endpointId === null) return statements
  // `Retry-After` of a receiver applies to all deliveries to it, not only to this one.
  const heldUntil = retryAfterMs === null ? null : endedAt + Math.min(retryAfterMs, MAX_RETRY_AFTER_MS)
  return [
    ...statements,
    succeeded ? recordSuccess(endpointId, endedAt) : recordFailure(endpointId, endedAt, heldUntil),
  ]
}

function reasonOf(verdict: Verdict, { status }: Outcome): string {
  if (verdict.kind === 'aborted') return 'The receiver wants no further attempts.'
  if (verdict.kind === 'gone') return 'The receiver is gone (410).'
  const isRedirect = status !== null && status >= 300 && status < 400
  return isRedirect
    ? `The receiver responded with ${status}. Redirects are not followed. Set the URL to the target of the redirect.`
    : `The receiver responded with ${status}.`
}

async function disableIfDone(
  request: RequestContext,
  endpoint: SendingEndpoint,
  verdict: Verdict,
  outcome: Outcome,
): Promise<void> {
  if (verdict.kind === 'gone') return disable(request, endpoint, 'gone')
  if (verdict.kind === 'succeeded' || endpoint.failingSince === null) return
  if (outcome.at - endpoint.failingSince >= MAX_FAILING_MS) await disable(request, endpoint, 'failing')
}

/** Writes results in order, as many at once as are available. */
function resultWriter({ env, log }: RequestContext) {
  let waiting: Statement[] = []
  let writing: Promise<void> | null = null
  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const now = waiting
      waiting = []
      try {
        await runBatch(env.DB, now)
      } catch (error) {
        // The claims expire, and the attempts are repeated.
        log.error('results of webhooks could not be written', { error })
      }
    }
    writing = null
  }
  return {
    write(statements: Statement[]): Promise<void> {
      waiting.push(...statements)
      writing ??= flush()
      return writing
    },
  }
}
