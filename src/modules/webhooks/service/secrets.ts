// Secrets of endpoints and callbacks. They are stored encrypted and shown once. Invariants:
// 1. A secret is encrypted for its row. The old secret of a rotation stays in the same row, so it can still be decrypted.
// 2. For 24 hours after a rotation, both secrets sign. There is room for one old secret, so the next rotation has to wait that long or
//    say that it ends the old one.
import type { RequestContext } from '../../../context.ts'
import { DAY_MS, toIso } from '../../../core/clock.ts'
import { AppError } from '../../../core/errors.ts'
import { openSecret, rewrapSecret, type SecretPlace, sealSecret } from '../../../core/secret-box.ts'
import {
  findCallbackKey,
  findCallbackKeysToRewrap,
  insertCallbackKey,
  replaceCallbackKey,
} from '../repo/callback-keys.ts'
import { findEndpointsToRewrap, replaceSealed } from '../repo/endpoints.ts'
import { newSecret } from '../signature.ts'

export const OLD_SECRET_LIFE_MS = DAY_MS

const placeOf = (teamId: string, table: string, row: string, column: string): SecretPlace => ({
  team: teamId,
  table,
  row,
  column,
})

export const endpointSecretPlace = (teamId: string, endpointId: string): SecretPlace =>
  placeOf(teamId, 'webhook_endpoints', endpointId, 'secret')
export const endpointHeadersPlace = (teamId: string, endpointId: string): SecretPlace =>
  placeOf(teamId, 'webhook_endpoints', endpointId, 'headers')
export const callbackSecretPlace = (teamId: string): SecretPlace =>
  placeOf(teamId, 'webhook_callback_keys', teamId, 'secret')

type Keys = { secret: string; oldSecret: string | null; oldSecretUntil: number | null }

/** `force` ends the old secret. */
export function requireRotatable(oldSecretUntil: number | null, now: number, force: boolean): void {
  if (force || oldSecretUntil === null || oldSecretUntil <= now) return
  throw new AppError('resource.conflict', {
    detail: `The secret was rotated less than 24 hours ago. Until ${toIso(oldSecretUntil)}, requests are also signed with the old one. Rotate it after that, or send force=true to stop signing with the old one now.`,
  })
}

/** Of two concurrent rotations, the first one counts. */
export const changedMeanwhile = (): AppError =>
  new AppError('resource.conflict', {
    detail: 'Another request changed it at the same moment. Read it again first.',
  })

/** The secrets that currently sign, the newest first. */
export async function signingSecrets(
  { settings, now }: RequestContext,
  place: SecretPlace,
  { secret, oldSecret, oldSecretUntil }: Keys,
): Promise<string[]> {
  const open = (sealed: string) => openSecret(settings.SECRETS_KEYS, place, sealed)
  const isOldGood = oldSecret !== null && (oldSecretUntil ?? 0) > now()
  return Promise.all([secret, ...(isOldGood ? [oldSecret] : [])].map(open))
}

/** The first callback of a team creates its secret. */
export async function callbackSecrets(request: RequestContext, teamId: string): Promise<string[]> {
  const { env, settings, now } = request
  const place = callbackSecretPlace(teamId)
  const known = await findCallbackKey(env.DB, teamId)
  if (known !== null) return signingSecrets(request, place, known)
  const sealed = await sealSecret(settings.SECRETS_KEYS, place, newSecret())
  await insertCallbackKey(env.DB, teamId, sealed, now())
  const key = await findCallbackKey(env.DB, teamId)
  if (key === null) throw new Error('The secret of callbacks is missing')
  return signingSecrets(request, place, key)
}

export async function endpointHeaders(
  { settings }: RequestContext,
  endpoint: { id: string; teamId: string; headers: string | null },
): Promise<Record<string, string>> {
  if (endpoint.headers === null) return {}
  const place = endpointHeadersPlace(endpoint.teamId, endpoint.id)
  return JSON.parse(await openSecret(settings.SECRETS_KEYS, place, endpoint.headers)) as Record<
    string,
    string
  >
}

/** Rows that one tick re-encrypts at most. */
const MAX_REWRAPPED = 100

/** Re-encrypts secrets with the current key of the ring. */
export async function rewrapWebhookSecrets({ env, settings, log }: RequestContext): Promise<void> {
  const ring = settings.SECRETS_KEYS
  if (Object.keys(ring.keys).length < 2) return
  const moved = async <Sealed extends string | null>(place: SecretPlace, sealed: Sealed): Promise<Sealed> =>
    (sealed === null ? null : ((await rewrapSecret(ring, place, sealed)) ?? sealed)) as Sealed
  for (const one of await findEndpointsToRewrap(env.DB, ring.current, MAX_REWRAPPED)) {
    const place = endpointSecretPlace(one.teamId, one.id)
    try {
      await replaceSealed(env.DB, one, {
        secret: await moved(place, one.secret),
        oldSecret: await moved(place, one.oldSecret),
        headers: await moved(endpointHeadersPlace(one.teamId, one.id), one.headers),
      })
    } catch (error) {
      log.error('the secrets of a webhook could not be re-encrypted', { endpointId: one.id, error })
    }
  }
  for (const one of await findCallbackKeysToRewrap(env.DB, ring.current, MAX_REWRAPPED)) {
    const place = callbackSecretPlace(one.teamId)
    try {
      await replaceCallbackKey(env.DB, one, {
        secret: await moved(place, one.secret),
        oldSecret: await moved(place, one.oldSecret),
      })
    } catch (error) {
      log.error('the secret of callbacks could not be re-encrypted', { teamId: one.teamId, error })
    }
  }
}
