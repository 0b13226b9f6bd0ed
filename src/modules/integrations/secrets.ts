// Encrypts the secrets of an integration. Each is bound to its team, row and field: a value that is copied elsewhere
// cannot be decrypted.
import { type KeyRing, type SecretPlace, sealSecret } from '../../core/secret-box.ts'
import type { SealedSecret } from './repo/secrets.ts'

export const secretPlace = (teamId: string, integrationId: string, field: string): SecretPlace => ({
  team: teamId,
  table: 'integration_secrets',
  row: integrationId,
  column: field,
})

/** In a shorter secret, four characters would be too large a part. */
const LEAST_CHARS_TO_SHOW = 16

const lastFourOf = (secret: string): string | null =>
  secret.length < LEAST_CHARS_TO_SHOW ? null : secret.trimEnd().slice(-4)

export const sealAll = (
  ring: KeyRing,
  teamId: string,
  integrationId: string,
  secrets: Record<string, string>,
): Promise<SealedSecret[]> =>
  Promise.all(
    Object.entries(secrets).map(async ([field, secret]) => ({
      field,
      sealed: await sealSecret(ring, secretPlace(teamId, integrationId, field), secret),
      lastFour: lastFourOf(secret),
    })),
  )
