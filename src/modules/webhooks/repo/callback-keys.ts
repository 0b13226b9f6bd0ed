import { type Statement, statement } from '../../../db/commit.ts'

export type CallbackKey = { secret: string; oldSecret: string | null; oldSecretUntil: number | null }

export const findCallbackKey = (d1: D1Database, teamId: string): Promise<CallbackKey | null> =>
  d1
    .prepare(
      'SELECT secret, old_secret AS oldSecret, old_secret_until AS oldSecretUntil FROM webhook_callback_keys WHERE team_id = ?',
    )
    .bind(teamId)
    .first<CallbackKey>()

/** The first callback creates the secret. Of two concurrent ones, only one does. */
export async function insertCallbackKey(
  d1: D1Database,
  teamId: string,
  sealed: string,
  now: number,
): Promise<void> {
  await d1
    .prepare(
      'INSERT INTO webhook_callback_keys (team_id, secret, created_at) VALUES (?, ?, ?) ON CONFLICT (team_id) DO NOTHING',
    )
    .bind(teamId, sealed, now)
    .run()
}

/** A guard: of two concurrent rotations, the first one counts. `before` is the current secret. */
export const rotateCallbackKey = (
  teamId: string,
  before: string | null,
  sealed: string,
  oldUntil: number,
  now: number,
): Statement =>
  statement(
    `INSERT INTO webhook_callback_keys (team_id, secret, created_at) VALUES (?1, ?2, ?4)
     ON CONFLICT (team_id) DO UPDATE SET old_secret = secret, old_secret_until = ?3, secret = excluded.secret WHERE secret IS ?5`,
    teamId,
    sealed,
    oldUntil,
    now,
    before,
  )

export type SealedCallbackKey = { teamId: string; secret: string; oldSecret: string | null }

export async function findCallbackKeysToRewrap(
  d1: D1Database,
  currentKeyId: string,
  limit: number,
): Promise<SealedCallbackKey[]> {
  const { results } = await d1
    .prepare(
      `SELECT team_id AS teamId, secret, old_secret AS oldSecret FROM webhook_callback_keys
       WHERE secret NOT LIKE ?1 OR old_secret NOT LIKE ?1 LIMIT ?2`,
    )
    .bind(`v1.${currentKeyId}.%`, limit)
    .all<SealedCallbackKey>()
  return results
}

export async function replaceCallbackKey(
  d1: D1Database,
  before: SealedCallbackKey,
  after: Pick<SealedCallbackKey, 'secret' | 'oldSecret'>,
): Promise<void> {
  await d1
    .prepare(
      'UPDATE webhook_callback_keys SET secret = ?4, old_secret = ?5 WHERE team_id = ?1 AND secret = ?2 AND old_secret IS ?3',
    )
    .bind(before.teamId, before.secret, before.oldSecret, after.secret, after.oldSecret)
    .run()
}
