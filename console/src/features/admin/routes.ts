import { createRoute } from '@tanstack/react-router'
import { lazyPage, shellRoute } from '../shell/index.ts'
import {
  type AuditSearch,
  type ConnectionSearch,
  type HealthSearch,
  type MessageSearch,
  readAudit,
  readConnections,
  readHealth,
  readMessages,
  readUsers,
  type UserSearch,
} from './model/search.ts'

type Search = Record<string, unknown>

const health = createRoute({
  getParentRoute: () => shellRoute,
  path: '/admin',
  validateSearch: (search: Search): HealthSearch => readHealth(search),
  component: lazyPage(() => import('./health.tsx'), 'Health'),
})

const users = createRoute({
  getParentRoute: () => shellRoute,
  path: '/admin/users',
  validateSearch: (search: Search): UserSearch => readUsers(search),
  component: lazyPage(() => import('./users.tsx'), 'Users'),
})

const user = createRoute({
  getParentRoute: () => shellRoute,
  path: '/admin/users/$id',
  component: lazyPage(() => import('./user.tsx'), 'UserPage'),
})

const stuck = createRoute({
  getParentRoute: () => shellRoute,
  path: '/admin/runs',
  component: lazyPage(() => import('./stuck-runs.tsx'), 'StuckRuns'),
})

const queues = createRoute({
  getParentRoute: () => shellRoute,
  path: '/admin/queues',
  validateSearch: (search: Search): MessageSearch => readMessages(search),
  component: lazyPage(() => import('./queues.tsx'), 'Queues'),
})

const audit = createRoute({
  getParentRoute: () => shellRoute,
  path: '/admin/audit',
  validateSearch: (search: Search): AuditSearch => readAudit(search),
  component: lazyPage(() => import('./audit.tsx'), 'Audit'),
})

const announcements = createRoute({
  getParentRoute: () => shellRoute,
  path: '/admin/announcements',
  component: lazyPage(() => import('./announcements.tsx'), 'Announcements'),
})

const connections = createRoute({
  getParentRoute: () => shellRoute,
  path: '/admin/connections',
  validateSearch: (search: Search): ConnectionSearch => readConnections(search),
  component: lazyPage(() => import('./connections.tsx'), 'Connections'),
})

const settings = createRoute({
  getParentRoute: () => shellRoute,
  path: '/admin/settings',
  component: lazyPage(() => import('./settings.tsx'), 'AdminSettings'),
})

export const adminRoutes = [
  ...[health, users, user],
  ...[stuck, queues, audit],
  ...[announcements, connections, settings],
]
