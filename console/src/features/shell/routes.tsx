// The two parent routes of all others: the root, and the shell for signed-in users.
import {
  createRootRoute,
  createRoute,
  Outlet,
  redirect,
  retainSearchParams,
  useRouter,
} from '@tanstack/react-router'
import { asProblem } from '../../api/problem.ts'
import { accessToken } from '../../api/session.ts'
import { chooseTeam } from '../../api/team.ts'
import { PageProblem } from './page-problem.tsx'
import { Shell } from './shell.tsx'
import { Unknown } from './unknown.tsx'

export const rootRoute = createRootRoute({
  component: Outlet,
  notFoundComponent: () => (
    <main style={{ height: '100%' }}>
      <Unknown />
    </main>
  ),
  errorComponent: RouteProblem,
})

/**
 * The URL contains the team unless it is the personal one. `useSearch` of a page also has the team, and what no route
 * knows, so a page with filters reads its own again.
 */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  component: Shell,
  validateSearch: ({ team }: Record<string, unknown>): { team?: string } =>
    typeof team === 'string' && /^team_\w+$/.test(team) ? { team } : {},
  // Links within the console stay in the team. Links that leave it set `team: undefined`.
  search: { middlewares: [retainSearchParams(['team'])] },
  beforeLoad: async ({ search, location, preload }) => {
    // A link to another team is preloaded while the pointer is above it.
    if (!preload) chooseTeam(search.team ?? null)
    if ((await accessToken()) === null)
      throw redirect({
        to: '/sign-in',
        search: { to: location.href === '/' ? undefined : location.href } as never,
      })
  },
})

/** In place of a page that has failed. Trying again reloads what it needs, such as its code or the session. */
export function RouteProblem({ error }: { error: unknown }) {
  const router = useRouter()
  return <PageProblem problem={asProblem(error)} onRetry={() => void router.invalidate()} />
}
