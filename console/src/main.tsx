// The entry point: providers and the route tree.
import '@fontsource-variable/geist/wght.css'
import '@fontsource-variable/geist-mono/wght.css'
import './ui/tokens.css'
import './ui/base.css'
import { MutationCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRouter, RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { asProblem } from './api/problem.ts'
import { onOwnerChange } from './api/session.ts'
import { adminRoutes } from './features/admin/routes.ts'
import { agentRoutes } from './features/agents/routes.ts'
import { approvalRoutes } from './features/approvals/routes.ts'
import { authRoutes } from './features/auth/routes.ts'
import { costRoutes } from './features/costs/routes.ts'
import { deploymentRoutes } from './features/deployments/routes.ts'
import { fileRoutes } from './features/files/routes.ts'
import { homeRoutes } from './features/home/routes.ts'
import { integrationRoutes } from './features/integrations/routes.ts'
import { notificationRoutes } from './features/notifications/routes.ts'
import { runRoutes } from './features/run/routes.ts'
import { runsRoutes } from './features/runs/routes.ts'
import { settingsRoutes } from './features/settings/routes.ts'
import { applyTheme, RouteProblem, rootRoute, shellRoute } from './features/shell/index.ts'
import { taskRoutes } from './features/tasks/routes.ts'
import { webhookRoutes } from './features/webhooks/routes.ts'
import { workflowRoutes } from './features/workflows/routes.ts'
import { ownDrafts } from './ui/form/draft.ts'
import { showProblem, Toasts } from './ui/kit/toast.tsx'

const router = createRouter({
  routeTree: rootRoute.addChildren([
    ...authRoutes,
    shellRoute.addChildren([
      ...homeRoutes,
      ...runsRoutes,
      ...runRoutes,
      ...approvalRoutes,
      ...workflowRoutes,
      ...agentRoutes,
      ...integrationRoutes,
      ...costRoutes,
      ...fileRoutes,
      ...taskRoutes,
      ...deploymentRoutes,
      ...settingsRoutes,
      ...adminRoutes,
      ...webhookRoutes,
      ...notificationRoutes,
    ]),
  ]),
  defaultPreload: 'intent',
  defaultErrorComponent: RouteProblem,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

const MAX_TRIES = 2
const queries = new QueryClient({
  // Defaults for pages that set nothing else.
  mutationCache: new MutationCache({
    onError: (error, _variables, _context, mutation) => {
      if (mutation.meta?.quiet !== true) showProblem(asProblem(error))
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) => failures < MAX_TRIES && asProblem(error).retryable,
    },
  },
})

applyTheme()
onOwnerChange(ownDrafts)
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
      <Toasts />
    </QueryClientProvider>
  </StrictMode>,
)
