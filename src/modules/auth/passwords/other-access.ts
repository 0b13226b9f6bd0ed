// API keys and linked providers open an account without its password. A new password leaves them in place, because
// integrations depend on them. The owner gets a list by mail and can revoke them in the same step, since somebody who had
// access to the account may have created them.
import { findOtherAccess, type OtherAccess } from './repo.ts'

/** The mail lists at most this many by name. */
const MAX_NAMED = 20

/** Lines for a mail. Empty if nothing but the password opens the account. */
export async function describeOtherAccess(
  d1: D1Database,
  userId: string,
  now: number,
  kinds: Record<OtherAccess['kind'], boolean>,
): Promise<string[]> {
  const { keys, identities } = await findOtherAccess(d1, userId, now, MAX_NAMED + 1)
  const found = [...(kinds.key ? keys : []), ...(kinds.identity ? identities : [])]
  if (found.length === 0) return []
  const named = found
    .slice(0, MAX_NAMED)
    .map(({ kind, name, mark }) =>
      kind === 'key' ? `- the API key "${name}" (ork_live_…${mark})` : `- signing in with ${name} (${mark})`,
    )
  return [
    'These still give access to your account, whatever its password:',
    '',
    ...named,
    ...(found.length > MAX_NAMED ? ['- and more'] : []),
    '',
    'Remove the ones you do not recognise, or reset your password and choose to revoke them all.',
  ]
}
