// Links for people without an account: how long they work, and what became of them.

export const LIVES: Record<string, number> = {
  'an hour': 3_600,
  'a day': 86_400,
  '3 days': 3 * 86_400,
  '7 days': 7 * 86_400,
}

type Link = { expiresAt: string; revokedAt: string | null; maxUses: number | null; uses: number }

/** Why a link does not work; null if it works. */
export function endOf({ expiresAt, revokedAt, maxUses, uses }: Link, now: number): string | null {
  if (revokedAt !== null) return 'Revoked'
  if (Date.parse(expiresAt) <= now) return 'Expired'
  return maxUses !== null && uses >= maxUses ? 'Used up' : null
}
