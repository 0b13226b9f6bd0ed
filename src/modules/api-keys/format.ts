// `ork_live_<32 base62>_<checksum>`. With the checksum, secret scanners and this API recognise a key without a database
// query. Only the hash of the key is stored.
import { randomBytes, sha256Hex } from '../../core/crypto.ts'

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const PREFIX = 'ork_live_'
const SHAPE = /^ork_live_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}$/

export function newApiKey(): string {
  let secret = ''
  while (secret.length < 32) {
    // Discards bytes from 248 on, so every character is equally likely.
    for (const byte of randomBytes(48))
      if (byte < 248 && secret.length < 32) secret += BASE62.charAt(byte % 62)
  }
  return `${PREFIX}${secret}_${checksum(secret)}`
}

export const isWellFormedApiKey = (text: string): boolean =>
  SHAPE.test(text) && text.endsWith(`_${checksum(text.slice(PREFIX.length, PREFIX.length + 32))}`)

/** An API key or a mistyped one. */
export const startsLikeApiKey = (text: string): boolean => text.startsWith('ork_')

export const hashApiKey = (key: string): Promise<string> => sha256Hex(key)

/** CRC-32 in base 62, six characters: detects typing errors, proves nothing. */
function checksum(text: string): string {
  let crc = 0xffffffff
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i)
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  let rest = (crc ^ 0xffffffff) >>> 0
  let out = ''
  for (let i = 0; i < 6; i++) {
    out = BASE62.charAt(rest % 62) + out
    rest = Math.floor(rest / 62)
  }
  return out
}
