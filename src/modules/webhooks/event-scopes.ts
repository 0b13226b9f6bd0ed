// The scopes that events need. A webhook sends what it receives to a URL that its author chooses, so an API key must be able to read that
// itself.
import { AppError } from '../../core/errors.ts'
import { matchesEvent } from '../../engine/model/event-name.ts'
import { judgeAccess, type Scope, type ScopeHolder } from '../../http/scopes.ts'
import { OUT_EVENT_TYPES } from './event-types.ts'

/** By the first word of the name. */
const SCOPE_OF_THING: Readonly<Record<string, Scope>> = {
  run: 'runs:read',
  workflow: 'workflows:read',
  variable: 'workflows:read',
  template: 'workflows:read',
  agent: 'agents:read',
  task: 'tasks:read',
  file: 'files:read',
  deployment: 'deployments:read',
  integration: 'integrations:read',
  webhook: 'webhooks:read',
  member: 'teams:read',
  invitation: 'teams:read',
  team: 'teams:read',
  budget: 'budgets:read',
  job: 'jobs:read',
  notification: 'notifications:read',
}

/** The node `notify.webhook` sends these from a run, to one endpoint. */
const FROM_NODE = 'workflow.message'

/** Events that endpoints can subscribe to. */
const TYPES = [...OUT_EVENT_TYPES.map(({ name }) => name), 'notification.created']

/** An event without a scope here counts as one of a run, which says most. */
const scopeOf = (type: string): Scope =>
  (type === FROM_NODE ? undefined : SCOPE_OF_THING[type.split('.')[0] ?? '']) ?? 'runs:read'

/** The scopes for all events that match one of the patterns. */
const scopesOfEvents = (patterns: readonly string[]): Set<Scope> =>
  new Set(TYPES.filter((type) => patterns.some((pattern) => matchesEvent(pattern, type))).map(scopeOf))

/** For a webhook that receives what matches these patterns. */
export function requireEventScopes(who: ScopeHolder, patterns: readonly string[]): void {
  const missing = [...scopesOfEvents(patterns)].filter((scope) => judgeAccess(scope, who) !== 'allowed')
  if (missing.length === 0) return
  throw new AppError(who.scopes === null ? 'access.denied' : 'access.scope_missing', {
    detail: `A webhook for the events ${patterns.join(', ')} requires the scopes ${missing.join(', ')}.`,
  })
}

/** For the content of a delivery. */
export function requireDeliveryScope(who: ScopeHolder, type: string): void {
  const scope = scopeOf(type)
  if (judgeAccess(scope, who) === 'allowed') return
  throw new AppError(who.scopes === null ? 'access.denied' : 'access.scope_missing', {
    detail: `The content of a delivery of ${type} requires the scope ${scope}.`,
  })
}
