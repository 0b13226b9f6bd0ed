import { createRoute } from '@tanstack/react-router'
import { lazyPage, shellRoute } from '../shell/index.ts'
import { type AuditFilter, readAuditFilter } from './model/audit.ts'

export const PAGES = [
  'profile',
  'notifications',
  'security',
  'keys',
  'members',
  'audit',
  'variables',
  'webhooks',
  'plan',
] as const
export type SettingsPage = (typeof PAGES)[number]

const settings = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings',
  validateSearch: (search: Record<string, unknown>): { page?: SettingsPage } & AuditFilter => {
    const page = PAGES.find((one) => one === search.page)
    return { ...(page && { page }), ...(page === 'audit' && readAuditFilter(search)) }
  },
  component: lazyPage(() => import('./settings.tsx'), 'Settings'),
})

export const settingsRoutes = [settings]
