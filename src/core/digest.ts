// Synchronous hashes, for expressions, which cannot wait. Everything else uses WebCrypto (`crypto.ts`).
import { hmac } from '@noble/hashes/hmac.js'
import { md5, sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { utf8 } from './crypto.ts'

const HASHES = { md5, sha1, sha256, sha384, sha512 }

export type HashName = keyof typeof HASHES
export const HASH_NAMES = Object.keys(HASHES) as readonly HashName[]

export const hashNow = (name: HashName, data: Uint8Array): Uint8Array => HASHES[name](data)

export const hmacNow = (name: HashName, key: Uint8Array, data: Uint8Array): Uint8Array =>
  hmac(HASHES[name], key, data)

/** RFC 9562, version 5: the same text gives the same UUID. Uses our own namespace. */
export function uuidOf(text: string): string {
  const bytes = sha1(utf8(`orrery ${text}`)).slice(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
