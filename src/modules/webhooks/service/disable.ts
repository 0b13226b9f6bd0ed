// An endpoint that is gone, or has only failed for days, is switched off by the system. What waits for it is held, and goes on
// when a person switches it on again.
import type { RequestContext } from '../../../context.ts'
import { commit } from '../../../db/commit.ts'
import { notify } from '../../../queue/notify.ts'
import { disableEndpoint, holdDeliveries } from '../repo/endpoints.ts'

export async function disable(
  request: RequestContext,
  endpoint: { id: string; teamId: string; url: string; createdBy: string },
  reason: 'gone' | 'failing',
): Promise<void> {
  await commit(
    { ...request, system: true },
    {
      guard: disableEndpoint(endpoint.id, reason, request.now()),
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
          title: 'A webhook was switched off',
          message: textOf(endpoint.url, reason),
          subject: { type: 'webhook', id: endpoint.id },
        }),
      ],
    },
  )
}

const WHY = {
  gone: 'It answered 410 Gone, which asks for no more deliveries.',
  failing: 'All deliveries to it have failed for five days.',
}

const textOf = (url: string, reason: 'gone' | 'failing'): string =>
  [
    `Nothing is sent to ${url.slice(0, 500)} any more.`,
    WHY[reason],
    '',
    'When it works again, switch it on with PATCH /api/v1/webhooks/{id} { "active": true }. What was waiting is sent then;',
    'POST /api/v1/webhooks/{id}/recover sends what came meanwhile.',
  ].join('\n')
