// Secrets at rest. Invariants:
// 1. A stored secret is `v1.<key id>.<nonce>.<wrapped data key>.<nonce>.<ciphertext>`: AES-256-GCM with a data key of its own. The
//    key of the ring with that key id wraps the data key.
// 2. Both layers are bound (AAD) to team, table, row and column: a value copied to another row cannot be decrypted.
// 3. A ring may contain old keys. To rotate, add a key, make it current and re-wrap the data keys. Data is never re-encrypted.
import { fromBase64Url, randomBytes, toBase64Url, utf8 } from './crypto.ts'

export type KeyRing = { current: string; keys: Record<string, string> }

export type SecretPlace = { team: string; table: string; row: string; column: string }

const aadOf = (place: SecretPlace): Uint8Array<ArrayBuffer> =>
  utf8(JSON.stringify([place.team, place.table, place.row, place.column])) as Uint8Array<ArrayBuffer>

const importKey = (raw: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt'])

async function encrypt(
  key: CryptoKey,
  data: Uint8Array<ArrayBuffer>,
  additionalData: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const iv = randomBytes(12)
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, data)
  return `${toBase64Url(iv)}.${toBase64Url(sealed)}`
}

async function decrypt(
  key: CryptoKey,
  iv: string,
  sealed: string,
  additionalData: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const data = await crypto.subtle.decrypt(
    { name: 'AES-GCM', iv: fromBase64Url(iv), additionalData },
    key,
    fromBase64Url(sealed),
  )
  return new Uint8Array(data)
}

async function ringKey(ring: KeyRing, id: string): Promise<CryptoKey> {
  const raw = ring.keys[id]
  if (raw === undefined) throw new Error(`No secrets key with the id ${id}`)
  return importKey(fromBase64Url(raw))
}

export async function sealSecret(ring: KeyRing, place: SecretPlace, secret: string): Promise<string> {
  const aad = aadOf(place)
  const dataKey = randomBytes(32)
  const wrapped = await encrypt(await ringKey(ring, ring.current), dataKey, aad)
  const sealed = await encrypt(await importKey(dataKey), utf8(secret) as Uint8Array<ArrayBuffer>, aad)
  return `v1.${ring.current}.${wrapped}.${sealed}`
}

export async function openSecret(ring: KeyRing, place: SecretPlace, stored: string): Promise<string> {
  const [version, keyId, wrapIv, wrapped, iv, sealed] = stored.split('.')
  if (version !== 'v1' || !keyId || !wrapIv || !wrapped || !iv || !sealed)
    throw new Error('Not a stored secret')
  const aad = aadOf(place)
  const dataKey = await decrypt(await ringKey(ring, keyId), wrapIv, wrapped, aad)
  return new TextDecoder().decode(await decrypt(await importKey(dataKey), iv, sealed, aad))
}

/** The same secret wrapped with the current key, or null if it already is. */
export async function rewrapSecret(
  ring: KeyRing,
  place: SecretPlace,
  stored: string,
): Promise<string | null> {
  const [version, keyId, wrapIv, wrapped, iv, sealed] = stored.split('.')
  if (version !== 'v1' || !keyId || !wrapIv || !wrapped || !iv || !sealed)
    throw new Error('Not a stored secret')
  if (keyId === ring.current) return null
  const aad = aadOf(place)
  const dataKey = await decrypt(await ringKey(ring, keyId), wrapIv, wrapped, aad)
  return `v1.${ring.current}.${await encrypt(await ringKey(ring, ring.current), dataKey, aad)}.${iv}.${sealed}`
}
