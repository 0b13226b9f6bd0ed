import { type Statement, statement } from '../../../db/statement.ts'

/** Use it only in a commit with `guardEmailChange`. The token was sent by mail, so the address is verified. */
export const setEmail = (userId: string, email: string, now: number): Statement =>
  statement(
    'UPDATE users SET email = ?1, email_verified_at = ?2, version = version + 1, updated_at = ?2 WHERE id = ?3',
    email,
    now,
    userId,
  )

export async function isEmailTaken(d1: D1Database, email: string): Promise<boolean> {
  const row = await d1.prepare('SELECT 1 AS taken FROM users WHERE email = ?').bind(email).first()
  return row !== null
}
