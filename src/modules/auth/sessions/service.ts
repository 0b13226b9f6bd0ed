import { and, count, eq, gt, isNull } from 'drizzle-orm'
import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { notFound } from '../../../core/errors.ts'
import { commit, statement } from '../../../db/commit.ts'
import { keyset, type Page, toPage } from '../../../db/paginate.ts'
import { sessions } from '../../../db/schema/index.ts'
import type { ListSessions, Session } from '../schema.ts'
import { endSession, endSessions } from './issue.ts'

export async function listSessions(ctx: ServiceContext, query: ListSessions): Promise<Page<Session>> {
  const open = and(
    eq(sessions.userId, ctx.actor.userId),
    isNull(sessions.revokedAt),
    gt(sessions.expiresAt, ctx.now()),
  )
  const { where, orderBy, limit } = keyset(query, { createdAt: sessions.createdAt }, sessions.id)
  const rows = await ctx.db
    .select()
    .from(sessions)
    .where(and(open, where))
    .orderBy(...orderBy)
    .limit(limit)
  const page = toPage(
    rows,
    query,
    (row) => ({ value: row.createdAt, id: row.id }),
    (row) => ({
      id: row.id,
      method: row.method,
      current: row.id === ctx.actor.sessionId,
      address: row.address,
      userAgent: row.userAgent,
      createdAt: toIso(row.createdAt),
      lastUsedAt: toIso(row.lastUsedAt),
      expiresAt: toIso(row.expiresAt),
    }),
  )
  if (!query.count) return page
  const [counted] = await ctx.db.select({ total: count() }).from(sessions).where(open)
  return { ...page, total: counted?.total ?? 0 }
}

/** Also ends the session that asks, if that is the one named. */
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
  // Missed when a request at the same moment has ended the session: signed out is signed out.
  await commit(ctx, {
    guard: endSession(sessionId, userId, 'signed_out', ctx.now()),
    audit: { action: 'session.signed_out', targetType: 'session', targetId: sessionId },
    messages: [{ type: 'live.revoke', of: 'user', id: userId }],
  })
}

/** A session's refresh tokens that were not used yet are no longer good; showing one is no sign of theft. */
export const dropRefreshTokens = (sessionId: string) =>
  statement('DELETE FROM refresh_tokens WHERE session_id = ? AND used_at IS NULL', sessionId)
