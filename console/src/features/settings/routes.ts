import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../shell/index.ts'

export const PAGES = ['profile', 'notifications', 'security', 'keys', 'members', 'variables', 'plan'] as const
export type SettingsPage = (typeof PAGES)[number]

const settings = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings',
  validateSearch: (search: Record<string, unknown>): { page?: SettingsPage } => {
    const page = PAGES.find((one) => one === search.page)
    return page ? { page } : {}
  },
  component: lazyRouteComponent(() => import('./settings.tsx'), 'Settings'),
})

export const settingsRoutes = [settings]
