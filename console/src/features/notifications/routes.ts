import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../shell/index.ts'
import { type NotificationFilter, readFilter } from './model/filter.ts'

const notifications = createRoute({
  getParentRoute: () => shellRoute,
  path: '/notifications',
  validateSearch: (search: Record<string, unknown>): NotificationFilter => readFilter(search),
  component: lazyRouteComponent(() => import('./notifications.tsx'), 'Notifications'),
})

export const notificationRoutes = [notifications]
