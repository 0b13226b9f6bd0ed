// Publishes changes to live followers and webhooks of the team. Invariants:
// 1. The message is part of the commit, and is written only if there is a follower or a webhook. Otherwise it costs nothing.
// 2. `commit` itself publishes changes with an audit action from the list below. `publishChange` is for all others.
import { toIso } from '../core/clock.ts'
import type { Json } from '../core/json.ts'
import { teamHub } from '../objects/channels.ts'
import type { ChangeType, TeamEvent } from '../objects/team-events.ts'
import type { AuditEntry } from './audit-row.ts'
import { followersQuestion } from './follows.ts'
import type { ConditionalMessage } from './outbox-row.ts'

type Scope = {
  now: () => number
  actor?: { kind: 'user' | 'api_key'; userId: string; teamId: string; keyId: string | null }
}

export type PublishedChange = {
  type: ChangeType
  id: string
  version?: number
  name?: string
  /** Default: the team of the request. */
  teamId?: string
}

/** The published change for each audit action. */
const CHANGE_OF_ACTION: Readonly<Record<string, ChangeType>> = {
  'workflow.created': 'workflow.created',
  'workflow.imported': 'workflow.created',
  'workflow.cloned': 'workflow.created',
  'workflow.created_from_template': 'workflow.created',
  'workflow.updated': 'workflow.updated',
  'workflow.activated': 'workflow.updated',
  'workflow.deactivated': 'workflow.updated',
  'workflow.published': 'workflow.updated',
  'workflow.restored': 'workflow.updated',
  'workflow.draft_saved': 'workflow.updated',
  'workflow.draft_deleted': 'workflow.updated',
  'workflow.deleted': 'workflow.deleted',
  'agent.created': 'agent.created',
  'agent.cloned': 'agent.created',
  'agent.created_from_template': 'agent.created',
  'agent.updated': 'agent.updated',
  'agent.deleted': 'agent.deleted',
  'template.created': 'template.created',
  'template.deleted': 'template.deleted',
  'variable.set': 'variable.updated',
  'variable.deleted': 'variable.deleted',
  'task.created': 'task.created',
  'task.updated': 'task.updated',
  'task.deleted': 'task.deleted',
  'file.created': 'file.created',
  'file.updated': 'file.updated',
  'file.version_added': 'file.updated',
  'file.restored': 'file.updated',
  'file.deleted': 'file.deleted',
  'deployment.created': 'deployment.created',
  'deployment.ready': 'deployment.updated',
  'deployment.failed': 'deployment.updated',
  'deployment.cancelled': 'deployment.updated',
  'deployment.refreshed': 'deployment.updated',
  'deployment.deleted': 'deployment.deleted',
  'job.created': 'job.created',
  'job.updated': 'job.updated',
  'job.samples_added': 'job.updated',
  'job.restored': 'job.created',
  'job.deleted': 'job.deleted',
  'invitation.created': 'invitation.created',
  'invitation.resent': 'invitation.updated',
  'invitation.revoked': 'invitation.deleted',
  'invitation.accepted': 'member.created',
  'member.role_changed': 'member.updated',
  'member.removed': 'member.deleted',
  'member.left': 'member.deleted',
  'budget.updated': 'budget.updated',
  'team.updated': 'team.updated',
  'webhook.created': 'webhook.created',
  'webhook.updated': 'webhook.updated',
  'webhook.disabled': 'webhook.updated',
  'webhook.deleted': 'webhook.deleted',
  'integration.created': 'integration.created',
  'integration.updated': 'integration.updated',
  'integration.connected': 'integration.updated',
  'integration.deleted': 'integration.deleted',
  'team.transferred': 'team.updated',
}

/** The names of published changes. */
export const PUBLISHED_CHANGES: readonly ChangeType[] = [...new Set(Object.values(CHANGE_OF_ACTION))].sort()

/** The message for an audit entry, if followers get its change. */
export function publishAudited(scope: Scope, audit: AuditEntry): ConditionalMessage[] {
  const type = Object.hasOwn(CHANGE_OF_ACTION, audit.action) ? CHANGE_OF_ACTION[audit.action] : undefined
  const teamId = audit.teamId ?? scope.actor?.teamId
  if (type === undefined || teamId === undefined) return []
  const { version, name } = (audit.after ?? {}) as { version?: unknown; name?: unknown }
  const change: PublishedChange = { type, id: audit.targetId, teamId }
  if (typeof version === 'number') change.version = version
  else if (type === 'workflow.created') change.version = 1
  if (typeof name === 'string') change.name = name
  return [publishChange(scope, change)]
}

/** For `messages` of a commit: an object of the team was created, updated or deleted. */
export function publishChange(
  ctx: Scope,
  { type, id, version, name, teamId }: PublishedChange,
): ConditionalMessage {
  const team = teamId ?? ctx.actor?.teamId
  if (team === undefined) throw new Error('A change without a team')
  const event: TeamEvent = {
    type,
    ...commonOf(ctx, team),
    data: { id, ...(version === undefined ? {} : { version }), ...(name === undefined ? {} : { name }) },
  }
  const hub = teamHub(team)
  return {
    message: { type: 'realtime.publish', hub, event: event as unknown as Record<string, Json> },
    exists: followersQuestion(hub, team, ctx.now()),
  }
}

/** The time, the team and the actor. */
export const commonOf = (
  { now, actor }: Scope,
  teamId: string,
): Pick<TeamEvent, 'at' | 'teamId' | 'actor'> => ({
  at: toIso(now()),
  teamId,
  ...(actor === undefined ? {} : { actor: { kind: actor.kind, userId: actor.userId, keyId: actor.keyId } }),
})
