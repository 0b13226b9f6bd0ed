// Deliveries sent by a node of a run: to an endpoint of the team, or to a URL like a callback.
import type { RequestContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { utf8 } from '../../../core/crypto.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { derivedId } from '../../../core/ids.ts'
import type { Json } from '../../../core/json.ts'
import { runBatch } from '../../../db/statement.ts'
import { wakeLanes } from '../../../objects/webhook-sender.ts'
import { judgeUrl } from '../../../providers/outbound/index.ts'
import { MAX_BODY_BYTES } from '../payload.ts'
import { insertDelivery } from '../repo/deliveries.ts'
import { findEndpoint } from '../repo/endpoints.ts'
import { insertOwnEvent } from '../repo/events.ts'
import { laneOf } from './callbacks.ts'

type From = { teamId: string; runId: string; workflow: { id: string; name: string } | null }
type Target = { webhookId: string } | { url: string }

const TYPE = 'workflow.message'

/** Returns the id of the delivery. The same key returns the same delivery. */
export async function sendFromNode(
  request: RequestContext,
  from: From,
  target: Target,
  body: Json,
  key: string,
): Promise<string> {
  const now = request.now()
  const { teamId, runId } = from
  const { endpointId, url, lane } = await aimOf(request, teamId, target)
  const text = JSON.stringify(endpointId === null ? body : envelopeOf(from, body, now))
  if (utf8(text).length > MAX_BODY_BYTES)
    throw new AppError('request.too_large', {
      detail: `The body of a webhook can have at most ${MAX_BODY_BYTES} bytes.`,
    })
  const [id, eventId] = await Promise.all([derivedId('dlv', key), derivedId('evt', key)])
  await runBatch(request.env.DB, [
    insertOwnEvent({ id: eventId, teamId, type: TYPE, body: text, at: now }),
    insertDelivery({ id, teamId, endpointId, eventId, type: TYPE, runId, url, lane, claim: null, now }),
  ])
  request.defer(wakeLanes(request.env.WEBHOOKS, [lane]))
  return id
}

async function aimOf(
  { db, settings }: RequestContext,
  teamId: string,
  target: Target,
): Promise<{ endpointId: string | null; url: string; lane: string }> {
  if ('url' in target) {
    const judged = judgeUrl(target.url, settings.OUTBOUND_ALLOW_HOSTS)
    if (!judged.ok) throw new AppError('outbound.blocked', { detail: judged.error.reason })
    return { endpointId: null, url: target.url, lane: await laneOf(teamId, target.url) }
  }
  const endpoint = await findEndpoint(db, teamId, target.webhookId)
  if (endpoint === null) throw notFound('The webhook')
  if (endpoint.active === 0) throw new AppError('resource.conflict', { detail: 'The webhook is disabled.' })
  return { endpointId: endpoint.id, url: endpoint.url, lane: endpoint.id }
}

function envelopeOf({ teamId, runId, workflow }: From, data: Json, now: number): Json {
  const at = toIso(now)
  const event = {
    type: TYPE,
    at,
    teamId,
    run: { id: runId },
    ...(workflow === null ? {} : { workflow }),
    data,
  }
  return { type: TYPE, timestamp: at, data: event }
}
