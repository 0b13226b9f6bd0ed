import { createRoute } from '@tanstack/react-router'
import { lazyPage, shellRoute } from '../shell/index.ts'
import { type RunFilter, readFilter } from './model/filter.ts'

const runs = createRoute({
  getParentRoute: () => shellRoute,
  path: '/runs',
  validateSearch: (search: Record<string, unknown>): RunFilter => readFilter(search),
  component: lazyPage(() => import('./runs.tsx'), 'Runs'),
})

export const runsRoutes = [runs]
