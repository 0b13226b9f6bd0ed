import { toIso, toIsoOrNull } from '../../../core/clock.ts'
import { HIDDEN } from '../../../core/hide-values.ts'
import type { Json } from '../../../core/json.ts'
import type { DeliveryRow } from '../repo/deliveries.ts'
import type { EndpointRow } from '../repo/endpoints.ts'
import type { WebhookDelivery, WebhookDeliveryDetail } from '../schema/delivery.ts'
import type { Webhook } from '../schema/endpoint.ts'

export const toWebhook = (row: EndpointRow, now: number): Webhook => ({
  id: row.id,
  url: row.url,
  events: JSON.parse(row.events),
  filter: row.filter,
  description: row.description,
  headerNames: JSON.parse(row.headerNames),
  active: row.active === 1,
  disabledReason: row.disabledReason as Webhook['disabledReason'],
  disabledAt: toIsoOrNull(row.disabledAt),
  rateLimitPerS: row.rateLimitPerS,
  failingSince: toIsoOrNull(row.failingSince),
  lastSuccessAt: toIsoOrNull(row.lastSuccessAt),
  lastFailureAt: toIsoOrNull(row.lastFailureAt),
  filterError:
    row.filterError === null ? null : { message: row.filterError, at: toIso(row.filterErrorAt ?? 0) },
  oldSecretUntil: (row.oldSecretUntil ?? 0) > now ? toIsoOrNull(row.oldSecretUntil) : null,
  createdBy: row.createdBy,
  version: row.version,
  createdAt: toIso(row.createdAt),
  updatedAt: toIso(row.updatedAt),
})

export const toDelivery = (row: Omit<DeliveryRow, 'body'>): WebhookDelivery => ({
  id: row.id,
  eventId: row.eventId,
  type: row.type,
  runId: row.runId,
  url: row.url,
  status: row.status,
  attempt: row.attempt,
  nextAttemptAt: toIsoOrNull(row.nextAttemptAt),
  lastAttemptAt: toIsoOrNull(row.lastAttemptAt),
  response:
    row.responseStatus === null
      ? null
      : {
          status: row.responseStatus,
          headers: JSON.parse(row.responseHeaders ?? '{}'),
          body: row.responseBody ?? '',
          durationMs: row.durationMs ?? 0,
        },
  error: row.error,
  createdAt: toIso(row.createdAt),
  finishedAt: toIsoOrNull(row.finishedAt),
})

export const toDeliveryDetail = (
  row: DeliveryRow,
  headerNames: readonly string[],
): WebhookDeliveryDetail => ({
  ...toDelivery(row),
  request: {
    method: 'POST',
    headers: {
      ...Object.fromEntries(headerNames.map((name) => [name, HIDDEN])),
      'content-type': 'application/json',
      'webhook-id': row.eventId,
    },
    body: JSON.parse(row.body ?? 'null') as Json,
  },
})
