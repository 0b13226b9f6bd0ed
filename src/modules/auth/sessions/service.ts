import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { notFound } from '../../../core/errors.ts'
import { commit } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { countSessions, endSession, endSessions, findSessions, type SessionRow } from './repo.ts'
import type { ListSessions, Session } from './schema.ts'

export async function listSessions(ctx: ServiceContext, query: ListSessions): Promise<Page<Session>> {
  const page = toPage(
    await findSessions(ctx.db, ctx.actor.userId, query, ctx.now()),
    query,
    (row) => ({ value: row.createdAt, id: row.id }),
    (row) => toSession(row, ctx.actor.sessionId),
  )
  return query.count ? { ...page, total: await countSessions(ctx.db, ctx.actor.userId, ctx.now()) } : page
}

/** Ends one session of the user. It may be the current one. */
export async function revokeSession(ctx: ServiceContext, sessionId: string): Promise<void> {
  const outcome = await commit(ctx, {
    guard: endSession(sessionId, ctx.actor.userId, 'revoked', ctx.now()),
    audit: { action: 'session.revoked', targetType: 'session', targetId: sessionId },
    messages: [{ type: 'live.revoke', of: 'user', id: ctx.actor.userId }],
  })
  if (outcome === 'guard_missed') throw notFound('The session')
}

export async function revokeOtherSessions(ctx: ServiceContext): Promise<void> {
  const { userId, sessionId } = ctx.actor
  await commit(ctx, {
    statements: [endSessions(userId, 'revoked', ctx.now(), sessionId)],
    audit: { action: 'session.others_revoked', targetType: 'user', targetId: userId },
    messages: [{ type: 'live.revoke', of: 'user', id: userId }],
  })
}

export async function signOut(ctx: ServiceContext): Promise<void> {
  const { userId } = ctx.actor
  const sessionId = ctx.actor.sessionId ?? ''
  // The guard misses if another request has just ended the session. Either way the user is signed out.
  await commit(ctx, {
    guard: endSession(sessionId, userId, 'signed_out', ctx.now()),
    audit: { action: 'session.signed_out', targetType: 'session', targetId: sessionId },
    messages: [{ type: 'live.revoke', of: 'user', id: userId }],
  })
}

const toSession = (row: SessionRow, currentId: string | null): Session => ({
  id: row.id,
  method: row.method,
  current: row.id === currentId,
  address: row.address,
  userAgent: row.userAgent,
  createdAt: toIso(row.createdAt),
  lastUsedAt: toIso(row.lastUsedAt),
  expiresAt: toIso(row.expiresAt),
})
