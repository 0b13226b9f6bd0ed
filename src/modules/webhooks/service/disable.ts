// The system disables an endpoint that is gone or has only failed for days. Its pending deliveries are held and resume when a
// person enables it again.
import type { RequestContext } from '../../../context.ts'
import { commit } from '../../../db/commit.ts'
import { notify } from '../../../queue/notify.ts'
import { disableEndpoint, holdDeliveries } from '../repo/endpoints.ts'

export async function disable(
  request: RequestContext,
  endpoint: { id: string; teamId: string; url: string; createdBy: string; failingSince: number | null },
  reason: 'gone' | 'failing',
): Promise<void> {
  await commit(
    { ...request, system: true },
    {
      guard: disableEndpoint(endpoint, reason, request.now()),
      statements: [holdDeliveries(endpoint.id)],
      audit: {
        action: 'webhook.disabled',
        targetType: 'webhook',
        targetId: endpoint.id,
        teamId: endpoint.teamId,
        after: { reason },
      },
      messages: [
        notify({
          kind: 'webhook.disabled',
          to: { userIds: [endpoint.createdBy], role: 'owner' },
          teamId: endpoint.teamId,
          level: 'warning',
          title: 'A webhook was disabled',
          message: textOf(endpoint.url, reason),
          subject: { type: 'webhook', id: endpoint.id },
        }),
      ],
    },
  )
}

const WHY = {
  gone: 'It responded with 410 Gone, which means that it wants no more deliveries.',
  failing: 'All deliveries to it have failed for five days.',
}

const textOf = (url: string, reason: 'gone' | 'failing'): string =>
  [
    `No more events are sent to ${url.slice(0, 500)}.`,
    WHY[reason],
    '',
    'When it works again, enable it with PATCH /api/v1/webhooks/{id} { "active": true }. Pending deliveries are then sent.',
    'To send the events that occurred in the meantime, use POST /api/v1/webhooks/{id}/recover.',
  ].join('\n')
