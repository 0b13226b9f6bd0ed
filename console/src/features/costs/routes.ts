import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../shell/index.ts'
import { type OverviewSearch, type RowSearch, readOverview, readRows } from './model/filter.ts'

const overview = createRoute({
  getParentRoute: () => shellRoute,
  path: '/costs',
  validateSearch: (search: Record<string, unknown>): OverviewSearch => readOverview(search),
  component: lazyRouteComponent(() => import('./overview.tsx'), 'Overview'),
})

const rows = createRoute({
  getParentRoute: () => shellRoute,
  path: '/costs/rows',
  validateSearch: (search: Record<string, unknown>): RowSearch => readRows(search),
  component: lazyRouteComponent(() => import('./rows.tsx'), 'Rows'),
})

const row = createRoute({
  getParentRoute: () => shellRoute,
  path: '/costs/rows/$id',
  component: lazyRouteComponent(() => import('./cost.tsx'), 'CostPage'),
})

export const costRoutes = [overview, rows, row]
