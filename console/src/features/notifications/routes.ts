import { createRoute } from '@tanstack/react-router'
import { lazyPage, shellRoute } from '../shell/index.ts'
import { type NotificationFilter, readFilter } from './model/filter.ts'

const notifications = createRoute({
  getParentRoute: () => shellRoute,
  path: '/notifications',
  validateSearch: (search: Record<string, unknown>): NotificationFilter => readFilter(search),
  component: lazyPage(() => import('./notifications.tsx'), 'Notifications'),
})

export const notificationRoutes = [notifications]
