// Who may do what: the one table that the guard, the documentation and the route × role test use.
import { AppError } from '../core/errors.ts'
import type { PlatformRole, TeamRole } from '../db/schema/index.ts'

type Rule = {
  /** The minimum role in the team of the request. */
  team: TeamRole
  /** Set if the platform role decides, whatever the team. */
  platform?: PlatformRole
  /** Whether an API key can have it. Scopes that could extend a key's own rights or take over the account are excluded. */
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
  /** Everybody may leave a team. For removing others, the service checks the roles. */
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
  /** Separate from `runs:write`, so that a key that starts runs cannot approve what they ask. */
  'approvals:write': { team: 'member', keys: true },
  'tasks:read': { team: 'viewer', keys: true },
  'tasks:write': { team: 'member', keys: true },
  /** Separate from `tasks:write`: starting tasks, and doing them as an external worker. */
  'tasks:run': { team: 'member', keys: true },
  'agents:read': { team: 'viewer', keys: true },
  'agents:write': { team: 'member', keys: true },
  'agents:run': { team: 'member', keys: true },
  'files:read': { team: 'viewer', keys: true },
  'files:write': { team: 'member', keys: true },
  'deployments:read': { team: 'viewer', keys: true },
  'deployments:write': { team: 'member', keys: true },
  'jobs:read': { team: 'viewer', keys: true },
  'jobs:write': { team: 'member', keys: true },
  'integrations:read': { team: 'viewer', keys: true },
  /** Separate from `workflows:write`, so that a key that edits workflows cannot use the team's credentials. */
  'integrations:use': { team: 'member', keys: true },
  'integrations:write': { team: 'admin', keys: true },
  'costs:read': { team: 'viewer', keys: true },
  'costs:write': { team: 'member', keys: true },
  'webhooks:read': { team: 'member', keys: true },
  'webhooks:write': { team: 'admin', keys: true },
  'notifications:read': { team: 'viewer', keys: true },
  'notifications:write': { team: 'viewer', keys: true },
  'notify:write': { team: 'member', keys: true },
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

export type ScopeHolder = {
  kind: 'user' | 'api_key'
  teamRole: TeamRole
  platformRole: PlatformRole
  /** Null for a person, whose roles decide. */
  scopes: string[] | null
}

export function judgeAccess(scope: Scope, who: ScopeHolder): AccessVerdict {
  const rule = ruleOf(scope)
  if (who.kind === 'api_key' && !rule.keys) return 'person_needed'
  if (who.scopes !== null && !who.scopes.includes(scope)) return 'scope_missing'
  if (rule.platform !== undefined) return who.platformRole === rule.platform ? 'allowed' : 'role_missing'
  return roleReaches(who.teamRole, rule.team) ? 'allowed' : 'role_missing'
}

/** For requests that need more than the scope of their route. `detail` says what needs the scope. */
export function requireScope(who: ScopeHolder, scope: Scope, detail: string): void {
  if (judgeAccess(scope, who) === 'allowed') return
  throw new AppError(who.scopes === null ? 'access.denied' : 'access.scope_missing', { detail })
}
