import { eq } from 'drizzle-orm'
import type { Db } from '../../db/client.ts'
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

export async function findAccountByEmail(db: Db, email: string): Promise<Account | null> {
  const [row] = await db.select(ACCOUNT_COLUMNS).from(users).where(eq(users.email, email)).limit(1)
  return row ?? null
}

export async function findAccount(db: Db, userId: string): Promise<Account | null> {
  const [row] = await db.select(ACCOUNT_COLUMNS).from(users).where(eq(users.id, userId)).limit(1)
  return row ?? null
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

export const findAccountRow = (userId: string): HotRead<AccountRow> =>
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

/** No address of the account was ever verified, so anybody who knew the address may have created it. */
export const IS_UNPROVEN = 'email_verified_at IS NULL AND verified_before_at IS NULL'

export const markEmailVerified = (userId: string, now: number): Statement =>
  statement(
    `UPDATE users SET email_verified_at = ?, version = version + 1, updated_at = ? WHERE id = ? AND email_verified_at IS NULL`,
    now,
    now,
    userId,
  )
