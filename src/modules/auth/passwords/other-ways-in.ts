// What opens an account besides its password. A new password leaves it in place, since integrations hang on it, but the
// owner is told of it and may end it in the same step: whoever had the account for a while may have left it there.
import { type Statement, statement } from '../../../db/commit.ts'

export type WayIn = { kind: 'key' | 'identity'; name: string; mark: string }

/** More are not named one by one. */
const MOST_NAMED = 20

export async function findWaysIn(
  d1: D1Database,
  userId: string,
  now: number,
  kinds: Record<WayIn['kind'], boolean>,
): Promise<WayIn[]> {
  const [keys, identities] = await d1.batch<WayIn>([
    d1
      .prepare(
        `SELECT 'key' AS kind, name, last_four AS mark FROM api_keys
         WHERE user_id = ?1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?2) LIMIT ?3`,
      )
      .bind(userId, now, MOST_NAMED + 1),
    d1
      .prepare(
        `SELECT 'identity' AS kind, provider AS name, email AS mark FROM oauth_identities WHERE user_id = ?1 LIMIT ?2`,
      )
      .bind(userId, MOST_NAMED + 1),
  ])
  return [...(kinds.key ? (keys?.results ?? []) : []), ...(kinds.identity ? (identities?.results ?? []) : [])]
}

/** For a mail: nothing when there is no other way in. */
export function tellWaysIn(ways: WayIn[]): string[] {
  if (ways.length === 0) return []
  const named = ways
    .slice(0, MOST_NAMED)
    .map(({ kind, name, mark }) =>
      kind === 'key' ? `- the API key "${name}" (ork_live_…${mark})` : `- signing in with ${name} (${mark})`,
    )
  return [
    'These still open your account, whatever its password:',
    '',
    ...named,
    ...(ways.length > MOST_NAMED ? ['- and others'] : []),
    '',
    'Remove what you do not know, or ask for a new password and choose there to end all of them.',
  ]
}

export const revokeKeysOf = (userId: string, now: number): Statement =>
  statement('UPDATE api_keys SET revoked_at = ? WHERE user_id = ? AND revoked_at IS NULL', now, userId)

/** Only behind what sets a password: that is the way in which stays. */
export const unlinkIdentitiesOf = (userId: string): Statement =>
  statement('DELETE FROM oauth_identities WHERE user_id = ?', userId)
