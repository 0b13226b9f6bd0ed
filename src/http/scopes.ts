// Who may do what: the one table from which the guard, the documentation and the route × role test are made.
import { idPattern } from '../core/ids.ts'
import type { PlatformRole, TeamRole } from '../db/schema/index.ts'

type Rule = {
  /** The least role in the team that the request is in. */
  team: TeamRole
  /** Set where the platform role decides and the team does not matter. */
  platform?: PlatformRole
  /** Whether an API key may carry it. What could widen a key's own rights, or take over the account, may not. */
  keys: boolean
}

export const SCOPES = {
  'profile:read': { team: 'viewer', keys: true },
  'profile:write': { team: 'viewer', keys: true },
  'account:manage': { team: 'viewer', keys: false },
  'keys:manage': { team: 'viewer', keys: false },
  'teams:list': { team: 'viewer', keys: true },
  'teams:create': { team: 'viewer', keys: false },
  'teams:join': { team: 'viewer', keys: false },
  'teams:read': { team: 'viewer', keys: true },
  'teams:write': { team: 'admin', keys: true },
  'members:write': { team: 'admin', keys: false },
  /** Leaving is everyone's; who is removed by others is judged where the member is known. */
  'members:remove': { team: 'viewer', keys: false },
  'teams:own': { team: 'owner', keys: false },
  'audit:read': { team: 'admin', keys: true },
  'budgets:read': { team: 'viewer', keys: true },
  'budgets:write': { team: 'admin', keys: true },
  'billing:read': { team: 'viewer', keys: true },
  'billing:write': { team: 'owner', keys: false },
  'workflows:read': { team: 'viewer', keys: true },
  'workflows:write': { team: 'member', keys: true },
  'runs:read': { team: 'viewer', keys: true },
  'runs:write': { team: 'member', keys: true },
  /** Apart from `runs:write`, so that a key that starts runs does not decide what they ask people. */
  'approvals:write': { team: 'member', keys: true },
  'admin:read': { team: 'viewer', platform: 'admin', keys: false },
  'admin:write': { team: 'viewer', platform: 'admin', keys: false },
} as const satisfies Record<string, Rule>

export type Scope = keyof typeof SCOPES

export const ruleOf = (scope: Scope): Rule => SCOPES[scope]

/** The scopes that `POST /auth/api-keys` offers. */
export const KEY_SCOPES = (Object.keys(SCOPES) as Scope[]).filter((scope) => SCOPES[scope].keys)

const RANK: Record<TeamRole, number> = { viewer: 0, member: 1, admin: 2, owner: 3 }

export const roleReaches = (role: TeamRole, least: TeamRole): boolean => RANK[role] >= RANK[least]

export type AccessVerdict = 'allowed' | 'role_missing' | 'scope_missing' | 'person_needed'

export function judgeAccess(
  scope: Scope,
  who: { kind: 'user' | 'api_key'; teamRole: TeamRole; platformRole: PlatformRole; scopes: string[] | null },
): AccessVerdict {
  const rule = ruleOf(scope)
  if (who.kind === 'api_key' && !rule.keys) return 'person_needed'
  if (who.scopes !== null && !who.scopes.includes(scope)) return 'scope_missing'
  if (rule.platform !== undefined) return who.platformRole === rule.platform ? 'allowed' : 'role_missing'
  return roleReaches(who.teamRole, rule.team) ? 'allowed' : 'role_missing'
}

/**
 * Every path that is served without signing in, and no other: a route that is neither here nor behind `access` is
 * refused, and a test compares this list with the route table.
 */
export const PUBLIC_ROUTES: readonly string[] = [
  'GET /',
  'GET /health',
  'GET /health/db',
  'GET /health/ready',
  'GET /openapi.json',
  'GET /docs',
  'GET /docs/:page{[a-z]+}',
  'GET /schemas/workflow.json',
  'GET /docs/files/:name{[a-z0-9.-]+}',
  'GET /.well-known/jwks.json',
  'GET /account/verify-email',
  'GET /account/reset-password',
  'GET /account/invitation',
  'GET /dev/flaky/:key{[A-Za-z0-9_-]+}',
  `GET /runs/:id{${idPattern('run')}}/live`,
  'POST /api/v1/auth/register',
  'POST /api/v1/auth/login',
  'POST /api/v1/auth/refresh',
  'POST /api/v1/auth/password/forgot',
  'POST /api/v1/auth/password/reset',
  'POST /api/v1/auth/email/verify',
  'GET /api/v1/auth/oauth/providers',
  'GET /api/v1/auth/oauth/:provider/start',
  'GET /api/v1/auth/oauth/:provider/callback',
  'POST /api/v1/auth/oauth/exchange',
  'POST /api/v1/teams/invitations/lookup',
  'GET /api/v1/hooks/:token',
  'POST /api/v1/hooks/:token',
  'PUT /api/v1/hooks/:token',
  'PATCH /api/v1/hooks/:token',
  'DELETE /api/v1/hooks/:token',
  'GET /api/v1/hooks/:token/:rest{.+}',
  'POST /api/v1/hooks/:token/:rest{.+}',
  'PUT /api/v1/hooks/:token/:rest{.+}',
  'PATCH /api/v1/hooks/:token/:rest{.+}',
  'DELETE /api/v1/hooks/:token/:rest{.+}',
  'GET /approve/:token',
  'POST /approve/:token',
]
