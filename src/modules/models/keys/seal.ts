// Encrypts the platform's keys. A value that is copied into another row cannot be decrypted.
import type { RequestContext } from '../../../context.ts'
import { openSecret, rewrapSecret, type SecretPlace, sealSecret } from '../../../core/secret-box.ts'
import { findKeysToRewrap, replaceSealedKey } from './repo.ts'

const placeOf = (provider: string): SecretPlace => ({
  team: 'platform',
  table: 'ai_providers',
  row: provider,
  column: 'sealed',
})

type Scope = Pick<RequestContext, 'settings'>

export const sealKey = ({ settings }: Scope, provider: string, key: string): Promise<string> =>
  sealSecret(settings.SECRETS_KEYS, placeOf(provider), key)

export const openKey = ({ settings }: Scope, provider: string, sealed: string): Promise<string> =>
  openSecret(settings.SECRETS_KEYS, placeOf(provider), sealed)

/** Re-encrypts keys with the current key of the ring. Returns how many it changed. */
export async function rewrapKeys({ env, settings, log }: RequestContext): Promise<number> {
  const ring = settings.SECRETS_KEYS
  if (Object.keys(ring.keys).length < 2) return 0
  let moved = 0
  for (const row of await findKeysToRewrap(env.DB, ring.current)) {
    try {
      const again = await rewrapSecret(ring, placeOf(row.provider), row.sealed)
      if (again === null) continue
      await replaceSealedKey(env.DB, row, again)
      moved++
    } catch (error) {
      log.error('a key of a provider could not be re-encrypted', { provider: row.provider, error })
    }
  }
  return moved
}
