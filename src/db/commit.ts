// The only way to write a mutation to D1. Invariants:
// 1. The mutation, its audit row, its idempotency key and its outbox messages are one batch: all or nothing.
// 2. The idempotency key is the first statement, so of two concurrent duplicates, only one has an effect.
// 3. A guard is a conditional statement that must change exactly one row. Otherwise, the audit row after it violates a NOT NULL
//    constraint, which rolls back the whole batch.
// 4. A message is sent to the queue only after the commit. Its outbox row makes sending repeatable.
import { AppError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { QueueEnvelope, QueueMessage } from '../queue/messages/index.ts'
import { AUDIT_COLUMNS, type AuditEntry, auditValues } from './audit-row.ts'
import { type ConditionalMessage, outboxRow } from './outbox-row.ts'
import { publishAudited } from './publish.ts'
import { prepare, type Statement, statement } from './statement.ts'

export type { AuditEntry } from './audit-row.ts'
export type { ConditionalMessage } from './outbox-row.ts'
export { type Statement, statement } from './statement.ts'

export type Change = {
  guard?: Statement
  statements?: Statement[]
  audit: AuditEntry
  messages?: (QueueMessage | ConditionalMessage)[]
}

/** The parts of a context that `commit` uses. Without an actor, the audit row says `anonymous`, or with `system` the system. */
export type CommitScope = {
  env: { DB: D1Database; JOBS: Queue<QueueEnvelope> }
  now: () => number
  requestId: string
  address: string | null
  userAgent: string | null
  defer: (work: Promise<unknown>) => void
  actor?: { kind: 'user' | 'api_key'; userId: string; teamId: string; keyId: string | null }
  idempotency?: { key: string; requestHash: string; expiresAt: number } | null
  system?: boolean
}

/** A request with the same idempotency key was committed first. The middleware responds with that request's resource. */
export class AlreadyDoneError extends Error {
  readonly key: string

  constructor(key: string) {
    super('A request with this idempotency key has already been committed')
    this.name = 'AlreadyDoneError'
    this.key = key
  }
}

export async function commit(scope: CommitScope, change: Change): Promise<'done' | 'guard_missed'> {
  const now = scope.now()
  const statements: Statement[] = []
  if (scope.idempotency && scope.actor) statements.push(idempotencyRow(scope, change.audit.targetId, now))
  if (change.guard) statements.push(change.guard)
  statements.push(auditRow(scope, change.audit, now, change.guard !== undefined))
  statements.push(...(change.statements ?? []))

  const posted: { at: number; outboxId: string; surely: boolean }[] = []
  for (const one of [...(change.messages ?? []), ...publishAudited(scope, change.audit)]) {
    const outboxId = ('message' in one ? one.outboxId : undefined) ?? newId('msg', now)
    posted.push({ at: statements.length, outboxId, surely: !('message' in one) })
    statements.push(outboxRow(one, { id: outboxId, requestId: scope.requestId, now }))
  }

  const envelopes: QueueEnvelope[] = []
  try {
    const results = await scope.env.DB.batch(statements.map((one) => prepare(scope.env.DB, one)))
    for (const { at, outboxId, surely } of posted)
      if (surely || results[at]?.meta.changes === 1) envelopes.push({ outboxId, requestId: scope.requestId })
  } catch (error) {
    const text = String(error)
    if (scope.idempotency && text.includes('idempotency_keys.'))
      throw new AlreadyDoneError(scope.idempotency.key)
    if (change.guard && text.includes('NOT NULL constraint failed: audit_log.request_id'))
      return 'guard_missed'
    throw error
  }
  if (envelopes.length > 0) {
    // The sweep repairs this failure, so the caller does not see it.
    scope.defer(scope.env.JOBS.sendBatch(envelopes.map((body) => ({ body }))).catch(() => undefined))
  }
  return 'done'
}

/** For changes that must succeed: a missed guard means that another request was faster. */
export async function commitOrStale(scope: CommitScope, change: Change): Promise<void> {
  if ((await commit(scope, change)) === 'guard_missed') throw new AppError('resource.stale')
}

export const isUniqueViolation = (error: unknown, column: string): boolean =>
  String(error).includes('UNIQUE constraint failed') && String(error).includes(column)

/** Replaces an expired key that is not deleted yet. For a valid one, the NULL violates a NOT NULL constraint. */
function idempotencyRow(scope: CommitScope, resourceId: string, now: number): Statement {
  const { actor, idempotency } = scope
  return statement(
    `INSERT INTO idempotency_keys (team_id, actor_id, key, request_hash, resource_id, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (team_id, actor_id, key) DO UPDATE SET request_hash = excluded.request_hash, resource_id = excluded.resource_id,
       created_at = excluded.created_at,
       expires_at = CASE WHEN idempotency_keys.expires_at <= excluded.created_at THEN excluded.expires_at END`,
    actor?.teamId,
    actor?.userId,
    idempotency?.key,
    idempotency?.requestHash,
    resourceId,
    now,
    idempotency?.expiresAt,
  )
}

/** The request that was committed with this key: the hash of its body, and the resource that it created. */
export const findIdempotent = (
  d1: D1Database,
  { teamId, userId }: { teamId: string; userId: string },
  key: string,
  now: number,
): Promise<{ hash: string; resourceId: string } | null> =>
  d1
    .prepare(
      'SELECT request_hash AS hash, resource_id AS resourceId FROM idempotency_keys WHERE team_id = ? AND actor_id = ? AND key = ? AND expires_at > ?',
    )
    .bind(teamId, userId, key, now)
    .first<{ hash: string; resourceId: string }>()

function auditRow(scope: CommitScope, audit: AuditEntry, now: number, guarded: boolean): Statement {
  const actor = scope.actor
  const values = auditValues({
    ...audit,
    id: newId('aud', now),
    teamId: audit.teamId ?? actor?.teamId ?? 'system',
    actorId: actor?.userId ?? null,
    actorKind: actor?.kind ?? (scope.system ? 'system' : 'anonymous'),
    actorKeyId: actor?.keyId ?? null,
    address: scope.address,
    userAgent: scope.userAgent,
    createdAt: now,
    requestId: scope.requestId,
  })
  const marks = values.slice(1).map(() => '?')
  return statement(
    `INSERT INTO audit_log (${AUDIT_COLUMNS}) SELECT ${marks.join(', ')}, ${guarded ? 'CASE WHEN changes() = 1 THEN ? END' : '?'}`,
    ...values,
  )
}
