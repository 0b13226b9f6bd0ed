import { createRoute } from '@tanstack/react-router'
import { lazyPage, shellRoute } from '../shell/index.ts'
import { readDeploymentFilter } from './model/filter.ts'

export const TABS = ['log', 'files', 'details'] as const
export type DeploymentTab = (typeof TABS)[number]

const list = createRoute({
  getParentRoute: () => shellRoute,
  path: '/deployments',
  validateSearch: readDeploymentFilter,
  component: lazyPage(() => import('./deployments.tsx'), 'Deployments'),
})

const created = createRoute({
  getParentRoute: () => shellRoute,
  path: '/deployments/new',
  validateSearch: ({ like }: Record<string, unknown>): { like?: string } =>
    typeof like === 'string' && /^dep_\w+$/.test(like) ? { like } : {},
  component: lazyPage(() => import('./new-deployment.tsx'), 'NewDeployment'),
})

const one = createRoute({
  getParentRoute: () => shellRoute,
  path: '/deployments/$id',
  validateSearch: (search: Record<string, unknown>): { tab?: DeploymentTab } => {
    const tab = TABS.find((name) => name === search.tab)
    return tab ? { tab } : {}
  },
  component: lazyPage(() => import('./deployment.tsx'), 'DeploymentPage'),
})

export const deploymentRoutes = [list, created, one]
