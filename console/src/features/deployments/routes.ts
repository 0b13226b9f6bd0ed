import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { shellRoute } from '../shell/index.ts'
import { readDeploymentFilter } from './model/filter.ts'

export const TABS = ['log', 'files', 'details'] as const
export type DeploymentTab = (typeof TABS)[number]

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/deployments',
  validateSearch: readDeploymentFilter,
  component: lazyRouteComponent(() => import('./deployments.tsx'), 'Deployments'),
})

const created = createRoute({
  getParentRoute: () => shellRoute,
  path: '/deployments/new',
  validateSearch: ({ like }: Record<string, unknown>): { like?: string } =>
    typeof like === 'string' && /^dep_\w+$/.test(like) ? { like } : {},
  component: lazyRouteComponent(() => import('./new-deployment.tsx'), 'NewDeployment'),
})

const one = createRoute({
  getParentRoute: () => shellRoute,
  path: '/deployments/$id',
  validateSearch: (search: Record<string, unknown>): { tab?: DeploymentTab } => {
    const tab = TABS.find((name) => name === search.tab)
    return tab ? { tab } : {}
  },
  component: lazyRouteComponent(() => import('./deployment.tsx'), 'DeploymentPage'),
})

export const deploymentRoutes = [list, created, one]
