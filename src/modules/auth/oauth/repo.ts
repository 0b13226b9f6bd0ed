import { and, eq } from 'drizzle-orm'
import type { Db } from '../../../db/client.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import { columns, firstOf, type HotRead, hotList, hotRead } from '../../../db/hot-read.ts'
import { oauthIdentities, type oauthTickets, users } from '../../../db/schema/index.ts'
import type { Stored } from '../../../db/stored.ts'
import { ACCOUNT_COLUMNS, type Account } from '../account-repo.ts'

export type OauthState = {
  codeVerifier: string
  nonce: string
  returnTo: string | null
  returnChallenge: string | null
}

// States and tickets follow one browser to a provider and back. They contain nothing about an account, anybody can create
// them, and they expire in minutes, so they are not audited.
export const insertState = (
  d1: D1Database,
  state: OauthState & { stateHash: string; provider: string; browserHash: string; expiresAt: number },
) =>
  d1
    .prepare(
      `INSERT INTO oauth_states (state_hash, provider, browser_hash, code_verifier, nonce, return_to, return_challenge, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .bind(
      state.stateHash,
      state.provider,
      state.browserHash,
      state.codeVerifier,
      state.nonce,
      state.returnTo,
      state.returnChallenge,
      state.expiresAt,
    )
    .run()

/** Returns a state once, and only for the browser and provider that it was created for. Other requests do not consume it. */
export const consumeState = (
  d1: D1Database,
  where: { stateHash: string; provider: string; browserHash: string },
  now: number,
): Promise<OauthState | null> =>
  d1
    .prepare(
      `UPDATE oauth_states SET used_at = ?4
       WHERE state_hash = ?1 AND provider = ?2 AND browser_hash = ?3 AND used_at IS NULL AND expires_at > ?4
       RETURNING code_verifier AS codeVerifier, nonce, return_to AS returnTo, return_challenge AS returnChallenge`,
    )
    .bind(where.stateHash, where.provider, where.browserHash, now)
    .first<OauthState>()

export type TicketRow = Pick<
  Stored<typeof oauthTickets.$inferSelect>,
  'provider' | 'subject' | 'email' | 'emailVerified' | 'name' | 'returnChallenge' | 'browserBound'
>

export const insertTicket = (
  d1: D1Database,
  ticket: Omit<TicketRow, 'emailVerified' | 'browserBound'> & {
    codeHash: string
    emailVerified: boolean
    browserBound: boolean
    expiresAt: number
  },
) =>
  d1
    .prepare(
      `INSERT INTO oauth_tickets (code_hash, provider, subject, email, email_verified, name, return_challenge, browser_bound, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .bind(
      ticket.codeHash,
      ticket.provider,
      ticket.subject,
      ticket.email,
      ticket.emailVerified ? 1 : 0,
      ticket.name,
      ticket.returnChallenge,
      ticket.browserBound ? 1 : 0,
      ticket.expiresAt,
    )
    .run()

export const findTicket = (d1: D1Database, codeHash: string, now: number): Promise<TicketRow | null> =>
  d1
    .prepare(
      `SELECT provider, subject, email, email_verified AS emailVerified, name, return_challenge AS returnChallenge,
         browser_bound AS browserBound
       FROM oauth_tickets WHERE code_hash = ? AND used_at IS NULL AND expires_at > ?`,
    )
    .bind(codeHash, now)
    .first<TicketRow>()

export async function consumeTicket(d1: D1Database, codeHash: string, now: number): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      'UPDATE oauth_tickets SET used_at = ?2 WHERE code_hash = ?1 AND used_at IS NULL AND expires_at > ?2',
    )
    .bind(codeHash, now)
    .run()
  return meta.changes === 1
}

export async function findAccountByIdentity(
  db: Db,
  provider: string,
  subject: string,
): Promise<Account | null> {
  const [row] = await db
    .select(ACCOUNT_COLUMNS)
    .from(oauthIdentities)
    .innerJoin(users, eq(users.id, oauthIdentities.userId))
    .where(and(eq(oauthIdentities.provider, provider), eq(oauthIdentities.subject, subject)))
    .limit(1)
  return row ?? null
}

export type NewIdentity = { provider: string; subject: string; userId: string; email: string; now: number }

/** For the commit that creates the account. */
export const insertIdentity = (identity: NewIdentity): Statement =>
  statement(
    'INSERT INTO oauth_identities (provider, subject, user_id, email, created_at) VALUES (?, ?, ?, ?, ?)',
    identity.provider,
    identity.subject,
    identity.userId,
    identity.email,
    identity.now,
  )

/**
 * Links an identity to an existing account. The statement checks that the account is active and verified, has no other identity of the
 * provider, and has not changed: `unchanged` is the value that was read.
 */
export const linkIdentity = (
  identity: NewIdentity,
  unchanged: { email: string } | { passwordHash: string | null },
): Statement =>
  statement(
    `INSERT INTO oauth_identities (provider, subject, user_id, email, created_at)
     SELECT ?1, ?2, u.id, ?4, ?5 FROM users u
     WHERE u.id = ?3 AND u.status = 'active' AND u.email_verified_at IS NOT NULL AND ${'email' in unchanged ? 'u.email' : 'u.password_hash'} IS ?6
       AND NOT EXISTS (SELECT 1 FROM oauth_identities i WHERE i.user_id = u.id AND i.provider = ?1)`,
    identity.provider,
    identity.subject,
    identity.userId,
    identity.email,
    identity.now,
    'email' in unchanged ? unchanged.email : unchanged.passwordHash,
  )

/** For a guard: misses if nothing is linked, or if it is the only way to sign in. */
export const unlinkIdentity = (userId: string, provider: string): Statement =>
  statement(
    `DELETE FROM oauth_identities WHERE user_id = ?1 AND provider = ?2
       AND (EXISTS (SELECT 1 FROM users WHERE id = ?1 AND password_hash IS NOT NULL)
         OR (SELECT count(*) FROM oauth_identities WHERE user_id = ?1) > 1)`,
    userId,
    provider,
  )

/** Unlinks all providers. Only for a commit that also sets a password, so a way to sign in remains. */
export const deleteIdentities = (userId: string): Statement =>
  statement('DELETE FROM oauth_identities WHERE user_id = ?', userId)

export type IdentityRow = { provider: string; email: string; createdAt: number }

const IDENTITY = columns<IdentityRow>({ provider: 'provider', email: 'email', createdAt: 'created_at' })

/** One per provider, so there are few. */
export const findIdentities = (userId: string): HotRead<IdentityRow> =>
  hotList(
    IDENTITY,
    'FROM oauth_identities WHERE user_id = ?1 ORDER BY created_at DESC, provider',
    [userId],
    100,
  )

export const findIdentity = (d1: D1Database, userId: string, provider: string): Promise<IdentityRow | null> =>
  firstOf(
    d1,
    hotRead(IDENTITY, 'FROM oauth_identities WHERE user_id = ?1 AND provider = ?2', [userId, provider]),
  )
