import { createRoute } from '@tanstack/react-router'
import { lazyPage, shellRoute } from '../shell/index.ts'
import { readIntegrationFilter } from './model/filter.ts'

export const TABS = ['overview', 'usage', 'tests'] as const
export type IntegrationTab = (typeof TABS)[number]

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 100) : undefined

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/integrations',
  validateSearch: readIntegrationFilter,
  component: lazyPage(() => import('./integrations.tsx'), 'Integrations'),
})

const created = createRoute({
  getParentRoute: () => shellRoute,
  path: '/integrations/new',
  validateSearch: (search: Record<string, unknown>): { type?: string; q?: string } => {
    const [type, q] = [text(search.type), text(search.q)]
    return { ...(type && { type }), ...(q && { q }) }
  },
  component: lazyPage(() => import('./new-integration.tsx'), 'NewIntegration'),
})

const one = createRoute({
  getParentRoute: () => shellRoute,
  path: '/integrations/$id',
  validateSearch: (search: Record<string, unknown>): { tab?: IntegrationTab } => {
    const tab = TABS.find((name) => name === search.tab)
    return tab ? { tab } : {}
  },
  component: lazyPage(() => import('./integration.tsx'), 'IntegrationPage'),
})

export const integrationRoutes = [list, created, one]
