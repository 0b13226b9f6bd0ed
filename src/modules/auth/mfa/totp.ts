// Time-based one-time passwords (RFC 6238, RFC 4226) as authenticator apps compute them: SHA-1, 6 digits, 30-second steps.
import { equalInConstantTime, hmac, randomBytes } from '../../../core/crypto.ts'

const STEP_MS = 30_000
const DIGITS = 6
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** 160 random bits in base32, the length that RFC 4226 recommends. */
export const newTotpSecret = (): string => toBase32(randomBytes(20))

export const stepAt = (nowMs: number): number => Math.floor(nowMs / STEP_MS)

export async function totpCode(secret: string, step: number, digits = DIGITS): Promise<string> {
  const counter = new Uint8Array(8)
  new DataView(counter.buffer).setBigUint64(0, BigInt(step))
  const mac = await hmac('SHA-1', fromBase32(secret), counter)
  const offset = (mac.at(-1) ?? 0) & 0x0f
  const number = new DataView(mac.buffer).getUint32(offset) & 0x7fffffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/**
 * Returns the step that the code belongs to, or null. A code is valid in its own step and the next one, for people who
 * type slowly. The caller checks whether the step was used before.
 */
export async function matchingStep(secret: string, code: string, nowMs: number): Promise<number | null> {
  const now = stepAt(nowMs)
  let found: number | null = null
  for (const step of [now - 1, now]) {
    if (equalInConstantTime(code, await totpCode(secret, step))) found = step
  }
  return found
}

/** The URL in the QR code, in the key URI format that authenticator apps read. */
export function otpauthUrl(account: string, secret: string): string {
  const label = `Orrery:${encodeURIComponent(account)}`
  return `otpauth://totp/${label}?secret=${secret}&issuer=Orrery&algorithm=SHA1&digits=${DIGITS}&period=${STEP_MS / 1000}`
}

export function toBase32(bytes: Uint8Array): string {
  let text = ''
  let buffer = 0
  let bits = 0
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += BASE32.charAt((buffer >>> bits) & 31)
    }
    buffer &= (1 << bits) - 1
  }
  return bits > 0 ? text + BASE32.charAt((buffer << (5 - bits)) & 31) : text
}

export function fromBase32(text: string): Uint8Array {
  const bytes: number[] = []
  let buffer = 0
  let bits = 0
  for (const letter of text) {
    const value = BASE32.indexOf(letter)
    if (value < 0) throw new Error('Not base32')
    buffer = (buffer << 5) | value
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push((buffer >>> bits) & 255)
    }
    buffer &= (1 << bits) - 1
  }
  return Uint8Array.from(bytes)
}
