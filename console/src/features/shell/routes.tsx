// The two routes that all others stand below: the root, and the shell for who is signed in.
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
  notFoundComponent: () => <Unknown />,
  errorComponent: RootProblem,
})

/** A team is in the address when it is not the personal one. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  component: Shell,
  validateSearch: ({ team }: Record<string, unknown>): { team?: string } =>
    typeof team === 'string' && /^team_\w+$/.test(team) ? { team } : {},
  // A link within the console stays in the team; whoever leaves it says so (`team: undefined`).
  search: { middlewares: [retainSearchParams(['team'])] },
  beforeLoad: async ({ search, location }) => {
    chooseTeam(search.team ?? null)
    if ((await accessToken()) === null)
      throw redirect({
        to: '/sign-in',
        search: { to: location.href === '/' ? undefined : location.href } as never,
      })
  },
})

/** Asks again for what the page could not be shown without, such as the session. */
function RootProblem({ error }: { error: unknown }) {
  const router = useRouter()
  return <PageProblem problem={asProblem(error)} onRetry={() => void router.invalidate()} />
}
