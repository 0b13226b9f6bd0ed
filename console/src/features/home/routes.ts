import { createRoute } from '@tanstack/react-router'
import { lazyPage, shellRoute } from '../shell/index.ts'

const RANGES = ['1h', '24h', '7d', '30d'] as const

const home = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  validateSearch: (search: Record<string, unknown>): { last?: (typeof RANGES)[number] } => {
    const last = RANGES.find((one) => one === search.last)
    return last ? { last } : {}
  },
  component: lazyPage(() => import('./home.tsx'), 'Home'),
})

export const homeRoutes = [home]
