import { createRoute } from '@tanstack/react-router'
import { lazyPage, rootRoute } from '../shell/index.ts'

/** Only paths of the console are valid targets: anything else could lead to another site. */
const pathOnly = (to: unknown): { to?: string } =>
  typeof to === 'string' && /^\/(?![/\\])/.test(to) && !to.startsWith('/sign-in') ? { to } : {}

const signIn = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>) => pathOnly(search.to),
  component: lazyPage(() => import('./sign-in.tsx'), 'SignIn'),
})

const provider = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in/oauth',
  component: lazyPage(() => import('./provider-return.tsx'), 'ProviderReturn'),
})

const register = createRoute({
  getParentRoute: () => rootRoute,
  path: '/register',
  component: lazyPage(() => import('./register.tsx'), 'Register'),
})

const forgot = createRoute({
  getParentRoute: () => rootRoute,
  path: '/forgot',
  component: lazyPage(() => import('./forgot.tsx'), 'Forgot'),
})

export const authRoutes = [signIn, provider, register, forgot]
