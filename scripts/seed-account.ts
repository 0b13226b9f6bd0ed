// The accounts of a new installation. They are inserted into the database directly: registration may be closed, and
// no client can give itself a role or verify its own address.
import initialize from '@phi-ag/argon2/node'
import { newId } from '../src/core/ids.ts'
import { AUDIT_COLUMNS, auditValues } from '../src/db/audit-row.ts'
import { auditedAddress } from '../src/db/audited-address.ts'
import { statement } from '../src/db/commit.ts'
import { STRONG_HASH_KIB } from '../src/env.ts'
import { createAccount } from '../src/modules/auth/new-account.ts'
import { hashCost } from '../src/modules/auth/passwords/hash-cost.ts'
import { passwordText } from '../src/modules/auth/passwords/text.ts'
import type { Batch, Sql } from './server/database.ts'

export type SeededAccount = { email: string; password: string; name: string; role: 'admin' | 'user' }

/** Inserts everything or nothing, and only once: an existing account is only changed if the password works for it. */
export async function seedAccount(batch: Batch, account: SeededAccount): Promise<void> {
  const { email, role } = account
  const now = Date.now()
  const argon2 = await initialize()
  const [[known] = []] = await batch([
    { sql: 'SELECT password_hash AS hash FROM users WHERE email = ?', params: [email] },
  ])
  if (known === undefined) {
    const { encoded } = argon2.hash(passwordText(account.password), hashCost(STRONG_HASH_KIB))
    return void (await batch([...(await newAccount(account, encoded, now)), setRole(email, role, now)]))
  }
  const hash = String(known.hash ?? '')
  if (hash === '' || !argon2.tryVerify(hash, passwordText(account.password)).success)
    throw new Error(`There is an account ${email} already, and the password given for it does not open it.`)
  await batch([setRole(email, role, now)])
}

async function newAccount({ email, name }: SeededAccount, passwordHash: string, now: number): Promise<Sql[]> {
  const { user, statements } = createAccount({ email, name, passwordHash, emailVerifiedAt: now }, now)
  const values = auditValues({
    id: newId('aud', now),
    teamId: user.personalTeamId,
    actorId: null,
    actorKind: 'system',
    actorKeyId: null,
    action: 'user.registered',
    targetType: 'user',
    targetId: user.id,
    after: await auditedAddress(email),
    address: null,
    userAgent: null,
    createdAt: now,
    requestId: newId('req', now),
  })
  const marks = values.map(() => '?').join(', ')
  const audit = statement(`INSERT INTO audit_log (${AUDIT_COLUMNS}) VALUES (${marks})`, ...values)
  return [...statements, audit].map((one) => one.toSQL() as Sql)
}

const setRole = (email: string, role: SeededAccount['role'], now: number): Sql => ({
  sql: `UPDATE users SET role = ?, email_verified_at = coalesce(email_verified_at, ?), version = version + 1 WHERE email = ?`,
  params: [role, now, email],
})
