import { eq } from 'drizzle-orm'
import type { RequestContext, ServiceContext } from '../../context.ts'
import { type Statement, statement } from '../../db/commit.ts'
import { columns, type HotRead, hotRead } from '../../db/hot-read.ts'
import { users } from '../../db/schema/index.ts'
import type { SessionUser } from './sessions/issue.ts'

export const ACCOUNT_COLUMNS = {
  id: users.id,
  email: users.email,
  emailVerifiedAt: users.emailVerifiedAt,
  name: users.name,
  role: users.role,
  tokenVersion: users.tokenVersion,
  personalTeamId: users.personalTeamId,
  mfaEnabled: users.mfaEnabled,
  createdAt: users.createdAt,
  passwordHash: users.passwordHash,
  status: users.status,
}

export type Account = SessionUser & { passwordHash: string | null; status: 'active' | 'disabled' }

export async function findAccountByEmail(request: RequestContext, email: string): Promise<Account | null> {
  const [row] = await request.db.select(ACCOUNT_COLUMNS).from(users).where(eq(users.email, email)).limit(1)
  return row ?? null
}

export async function findOwnAccount(ctx: ServiceContext): Promise<Account | null> {
  const [row] = await ctx.db
    .select(ACCOUNT_COLUMNS)
    .from(users)
    .where(eq(users.id, ctx.actor.userId))
    .limit(1)
  return row ?? null
}

const MOST_SESSIONS = 50

/** Where the latest sessions of an account came from, without those that were ended because somebody else had them. */
export async function findSessionAddresses(
  d1: D1Database,
  email: string,
  since: number,
): Promise<(string | null)[]> {
  const { results } = await d1
    .prepare(
      `SELECT address FROM sessions WHERE user_id = (SELECT id FROM users WHERE email = ?1) AND created_at > ?2
         AND (revoked_at IS NULL OR revoked_reason = 'signed_out')
       ORDER BY created_at DESC LIMIT ${MOST_SESSIONS}`,
    )
    .bind(email, since)
    .all<{ address: string | null }>()
  return results.map(({ address }) => address)
}

export type ProofRow = { email: string; passwordHash: string | null; sessionCreatedAt: number | null }

export const findProof = (
  d1: D1Database,
  userId: string,
  sessionId: string | null,
): Promise<ProofRow | null> =>
  d1
    .prepare(
      `SELECT u.email, u.password_hash AS passwordHash,
         (SELECT s.created_at FROM sessions s WHERE s.id = ?2 AND s.user_id = u.id AND s.revoked_at IS NULL) AS sessionCreatedAt
       FROM users u WHERE u.id = ?1`,
    )
    .bind(userId, sessionId)
    .first<ProofRow>()

export type AccountRow = Omit<SessionUser, 'mfaEnabled'> & { mfaEnabled: number }

const COLUMNS = columns<AccountRow>({
  id: 'id',
  email: 'email',
  emailVerifiedAt: 'email_verified_at',
  name: 'name',
  role: 'role',
  tokenVersion: 'token_version',
  personalTeamId: 'personal_team_id',
  mfaEnabled: 'mfa_enabled',
  createdAt: 'created_at',
})

export const readAccount = (userId: string): HotRead<AccountRow> =>
  hotRead(COLUMNS, 'FROM users WHERE id = ?1', [userId])

export type NewAccount = {
  id: string
  email: string
  name: string
  passwordHash: string | null
  emailVerifiedAt: number | null
  personalTeamId: string
  now: number
}

export const insertAccount = (account: NewAccount): Statement =>
  statement(
    `INSERT INTO users (id, email, email_verified_at, name, password_hash, personal_team_id, preferences, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, '{}', ?, ?)`,
    account.id,
    account.email,
    account.emailVerifiedAt,
    account.name,
    account.passwordHash,
    account.personalTeamId,
    account.now,
    account.now,
  )

/** The same password under today's parameters; loses to a change of password that came in between. */
export const replaceHash = (userId: string, before: string, after: string): Statement =>
  statement('UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?', after, userId, before)

/** For a guard: misses when the password was changed by somebody else in the meantime. */
export const changePassword = (userId: string, before: string, after: string, now: number): Statement =>
  statement(
    `UPDATE users SET password_hash = ?, token_version = token_version + 1, version = version + 1, updated_at = ?
     WHERE id = ? AND password_hash = ? AND status = 'active'`,
    after,
    now,
    userId,
    before,
  )

/** No address of the account was ever proven: it may be anybody's who knew the present one. */
export const IS_UNPROVEN = 'email_verified_at IS NULL AND verified_before_at IS NULL'
const OF_UNPROVEN = `user_id = ?1 AND EXISTS (SELECT 1 FROM users WHERE id = ?1 AND ${IS_UNPROVEN})`

/**
 * Whoever made an account under an address that they had not proven may have been somebody else, who would keep a way
 * in by a key, or keep the owner of the address out by a second factor. Stands before `resetPassword`, which proves the
 * address. An account that was ever verified keeps them, even when an administrator has given it an address that is not
 * proven yet: who reads the mail of a mistyped address must not get past its second factor.
 */
export const removeTracesOfUnproven = (userId: string): Statement[] => [
  statement(`DELETE FROM api_keys WHERE ${OF_UNPROVEN}`, userId),
  statement(`DELETE FROM totp_factors WHERE ${OF_UNPROVEN}`, userId),
  statement(`DELETE FROM backup_codes WHERE ${OF_UNPROVEN}`, userId),
  statement(`UPDATE users SET mfa_enabled = 0 WHERE id = ? AND ${IS_UNPROVEN}`, userId),
]

/** The token came by mail, so it also proves the address. */
export const resetPassword = (userId: string, hash: string, now: number): Statement =>
  statement(
    `UPDATE users SET password_hash = ?, token_version = token_version + 1, version = version + 1, updated_at = ?,
       email_verified_at = COALESCE(email_verified_at, ?) WHERE id = ?`,
    hash,
    now,
    now,
    userId,
  )

export const markEmailVerified = (userId: string, now: number): Statement =>
  statement(
    `UPDATE users SET email_verified_at = ?, version = version + 1, updated_at = ? WHERE id = ? AND email_verified_at IS NULL`,
    now,
    now,
    userId,
  )
