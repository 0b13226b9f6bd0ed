import { createRoute, redirect } from '@tanstack/react-router'
import { lazyPage, shellRoute } from '../shell/index.ts'
import { type DeliveryStatus, STATUSES } from './model/delivery.ts'

export type WebhookSearch = { status?: DeliveryStatus; delivery?: string }

/** The list is a page of the settings. */
const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings/webhooks',
  beforeLoad: ({ search }) => {
    throw redirect({ to: '/settings' as '/', search: { ...search, page: 'webhooks' } as never })
  },
})

const one = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings/webhooks/$id',
  validateSearch: (search: Record<string, unknown>): WebhookSearch => {
    const status = STATUSES.find((name) => name === search.status)
    const { delivery } = search
    return {
      ...(status && { status }),
      ...(typeof delivery === 'string' && /^dlv_\w+$/.test(delivery) && { delivery }),
    }
  },
  component: lazyPage(() => import('./webhook.tsx'), 'WebhookPage'),
})

export const webhookRoutes = [list, one]
