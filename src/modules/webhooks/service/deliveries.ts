// Deliveries to endpoints and callbacks, and sending them again.
import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { randomToken } from '../../../core/crypto.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import { commit, commitOrStale } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { runBatch } from '../../../db/statement.ts'
import { wakeLanes } from '../../../objects/webhook-sender.ts'
import { requireDeliveryScope } from '../event-scopes.ts'
import { exampleOf } from '../event-types.ts'
import { bodyOf } from '../payload.ts'
import {
  countDeliveries,
  type DeliveryRow,
  findDeliveries,
  findDelivery,
  insertDelivery,
  restartDelivery,
} from '../repo/deliveries.ts'
import { countRecoverable, insertOwnEvent, MAX_RECOVERED, recoverEvents } from '../repo/events.ts'
import type {
  ListWebhookDeliveries,
  RecoverWebhook,
  TestWebhook,
  WebhookDelivery,
  WebhookDeliveryDetail,
  WebhookRecovery,
} from '../schema/delivery.ts'
import { attempt } from './attempt.ts'
import { requireEndpoint } from './endpoints.ts'
import { endpointHeaders, endpointSecretPlace, signingSecrets } from './secrets.ts'
import { resultOf } from './send.ts'
import { toDelivery, toDeliveryDetail } from './view.ts'

/** With null for the endpoint, the callbacks of the team's runs. */
export async function listDeliveries(
  ctx: ServiceContext,
  endpointId: string | null,
  query: ListWebhookDeliveries,
): Promise<Page<WebhookDelivery>> {
  const { teamId } = ctx.actor
  if (endpointId !== null) await requireEndpoint(ctx, endpointId)
  const rows = await findDeliveries(ctx.db, teamId, endpointId, query)
  const page = toPage(rows, query, (row) => ({ value: row.createdAt, id: row.id }), toDelivery)
  return query.count
    ? { ...page, total: await countDeliveries(ctx.db, teamId, endpointId, query.status) }
    : page
}

export async function getDelivery(
  ctx: ServiceContext,
  endpointId: string | null,
  id: string,
): Promise<WebhookDeliveryDetail> {
  const detail = await detailOf(ctx, endpointId, id)
  requireDeliveryScope(ctx.actor, detail.type)
  return detail
}

async function detailOf(
  ctx: ServiceContext,
  endpointId: string | null,
  id: string,
): Promise<WebhookDeliveryDetail> {
  const headerNames =
    endpointId === null ? [] : (JSON.parse((await requireEndpoint(ctx, endpointId)).headerNames) as string[])
  return toDeliveryDetail(await requireDelivery(ctx, endpointId, id), headerNames)
}

async function requireDelivery(
  ctx: ServiceContext,
  endpointId: string | null,
  id: string,
): Promise<DeliveryRow> {
  const row = await findDelivery(ctx.db, ctx.actor.teamId, endpointId, id)
  if (row === null) throw notFound('The delivery')
  return row
}

/** Sends a delivery again with ten attempts, whatever its status. */
export async function redeliver(
  ctx: ServiceContext,
  endpointId: string | null,
  id: string,
): Promise<WebhookDeliveryDetail> {
  if (endpointId !== null) await requireActive(ctx, endpointId)
  const { lane, status, type } = await requireDelivery(ctx, endpointId, id)
  requireDeliveryScope(ctx.actor, type)
  const done = await commit(ctx, {
    guard: restartDelivery(id, ctx.actor.teamId, ctx.now()),
    audit: {
      action: 'webhook.redelivered',
      targetType: 'webhook_delivery',
      targetId: id,
      before: { status },
    },
  })
  if (done === 'guard_missed')
    throw new AppError('resource.conflict', { detail: 'The delivery is being sent. Try again in a moment.' })
  ctx.defer(wakeLanes(ctx.env.WEBHOOKS, [lane]))
  return getDelivery(ctx, endpointId, id)
}

export async function recover(
  ctx: ServiceContext,
  endpointId: string,
  input: RecoverWebhook,
): Promise<WebhookRecovery> {
  await requireActive(ctx, endpointId)
  const now = ctx.now()
  const from = Date.parse(input.from)
  const to = input.to === undefined ? now : Date.parse(input.to)
  if (to < Date.parse(input.from))
    throw new AppError('request.invalid', {
      errors: [{ path: '/to', message: 'must not be before from', code: 'too_small' }],
    })
  const { teamId } = ctx.actor
  const range = { from, to, all: input.only === 'all' }
  const found = await countRecoverable(ctx.env.DB, { id: endpointId, teamId }, range)
  const recovered = Math.min(found, MAX_RECOVERED)
  await commit(ctx, {
    statements: [recoverEvents({ id: endpointId, teamId }, range, now)],
    audit: {
      action: 'webhook.recovered',
      targetType: 'webhook',
      targetId: endpointId,
      after: { ...input, recovered },
    },
  })
  ctx.defer(wakeLanes(ctx.env.WEBHOOKS, [endpointId]))
  return { recovered, more: found > MAX_RECOVERED }
}

/** Sends an example immediately and once, even to a disabled endpoint, and returns the result. */
export async function testWebhook(
  ctx: ServiceContext,
  endpointId: string,
  { type }: TestWebhook,
): Promise<WebhookDeliveryDetail> {
  const endpoint = await requireEndpoint(ctx, endpointId)
  const { teamId } = ctx.actor
  const now = ctx.now()
  const example = exampleOf(type)
  if (example === null)
    throw new AppError('request.invalid', {
      errors: [
        {
          path: '/type',
          message: 'must be the name of an event from GET /events/types',
          code: 'invalid_value',
        },
      ],
    })
  const event = { id: newId('evt', now), teamId, type, at: now }
  const body = bodyOf({ ...example, at: toIso(now), teamId }, null)
  const claim = randomToken()
  const delivery = { id: newId('dlv', now), attempt: 1 }
  await commitOrStale(ctx, {
    statements: [
      insertOwnEvent({ ...event, body }),
      insertDelivery({
        ...{ id: delivery.id, teamId, endpointId, eventId: event.id, type, runId: null },
        ...{ url: endpoint.url, lane: endpointId, claim, now },
      }),
    ],
    audit: {
      action: 'webhook.tested',
      targetType: 'webhook',
      targetId: delivery.id,
      after: { endpointId, type },
    },
  })
  const secrets = await signingSecrets(ctx, endpointSecretPlace(teamId, endpointId), endpoint)
  const headers = await endpointHeaders(ctx, endpoint)
  const outcome = await attempt(ctx, { url: endpoint.url, id: event.id, body, secrets, headers })
  const sent = { url: endpoint.url, outcome, claim, endpointId: null, once: true }
  await runBatch(ctx.env.DB, resultOf(delivery, sent, [...secrets, ...Object.values(headers)]))
  // An example, which everybody may see.
  return detailOf(ctx, endpointId, delivery.id)
}

async function requireActive(ctx: ServiceContext, endpointId: string): Promise<void> {
  if ((await requireEndpoint(ctx, endpointId)).active === 1) return
  throw new AppError('resource.conflict', {
    detail: 'The webhook is disabled. Enable it first: PATCH it with { "active": true }.',
  })
}
