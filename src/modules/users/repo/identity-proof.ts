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
