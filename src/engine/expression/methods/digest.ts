// Base64, hashes and signatures. Texts are UTF-8.
import { fromBase64Url, toBase64, toBase64Url, toHex, utf8 } from '../../../core/crypto.ts'
import { HASH_NAMES, type HashName, hashNow, hmacNow, uuidOf } from '../../../core/digest.ts'
import { fail } from '../errors.ts'
import type { Machine } from '../limits.ts'
import { buildText, spend, UUID_SEED } from '../limits.ts'
import type { Native } from '../natives.ts'
import { optionalText, textArgument } from '../natives.ts'
import { kindOf } from '../values.ts'

const ENCODINGS = { hex: toHex, base64: toBase64, base64url: toBase64Url }
type Encoding = keyof typeof ENCODINGS

/** The price of a hash function, in addition to the length of its input. */
const HASH_COST = 300

function oneOf<Name extends string>(
  name: string,
  args: readonly unknown[],
  index: number,
  known: readonly Name[],
  at: number,
): Name {
  const given = optionalText(name, args, index, at) ?? known[0]!
  const found = known.find((one) => one === given)
  return found ?? fail('expression.type', at, `${name} was given "${given.slice(0, 40)}"`, known.join(', '))
}

// sha256 first: it is the default.
const NAMES: readonly HashName[] = ['sha256', ...HASH_NAMES.filter((name) => name !== 'sha256')]
const ENCODING_NAMES = Object.keys(ENCODINGS) as readonly Encoding[]

function bytesOf(machine: Machine, text: string, at: number): Uint8Array {
  spend(machine, text.length, at)
  buildText(machine, text.length * 2, at)
  return utf8(text)
}

export const hash: Native = (machine, args, at) => {
  const text = textArgument('hash', args, 0, at)
  const name = oneOf('hash', args, 1, NAMES, at)
  const encoding = oneOf('hash', args, 2, ENCODING_NAMES, at)
  spend(machine, HASH_COST, at)
  return ENCODINGS[encoding](hashNow(name, bytesOf(machine, text, at)))
}

/** A key is text, or bytes written as `{ hex }` or `{ base64 }`. */
function keyBytes(machine: Machine, args: readonly unknown[], at: number): Uint8Array {
  const key = args[1]
  if (typeof key !== 'object' || key === null) return bytesOf(machine, textArgument('hmac', args, 1, at), at)
  const { hex, base64 } = key as { hex?: unknown; base64?: unknown }
  const text = hex ?? base64
  if (typeof text !== 'string') {
    return fail(
      'expression.type',
      at,
      `hmac was given ${kindOf(key)} as its key`,
      'a text, { hex } or { base64 }',
    )
  }
  spend(machine, text.length * 2, at)
  const bytes = hex === undefined ? readBase64(text) : readHex(text)
  return (
    bytes ?? fail('expression.type', at, `the key of hmac is not ${hex === undefined ? 'base64' : 'hex'}`)
  )
}

function readHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[\da-f]*$/i.test(text)) return undefined
  return Uint8Array.from({ length: text.length / 2 }, (_, i) =>
    Number.parseInt(text.slice(2 * i, 2 * i + 2), 16),
  )
}

export const hmac: Native = (machine, args, at) => {
  const text = textArgument('hmac', args, 0, at)
  const key = keyBytes(machine, args, at)
  const name = oneOf('hmac', args, 2, NAMES, at)
  const encoding = oneOf('hmac', args, 3, ENCODING_NAMES, at)
  spend(machine, 3 * HASH_COST, at)
  return ENCODINGS[encoding](hmacNow(name, key, bytesOf(machine, text, at)))
}

/** Accepts both alphabets, with or without padding. */
function readBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return fromBase64Url(text)
  } catch {
    return undefined
  }
}

const encode =
  (name: string, write: (bytes: Uint8Array) => string): Native =>
  (machine, args, at) => {
    const bytes = bytesOf(machine, textArgument(name, args, 0, at), at)
    buildText(machine, Math.ceil((bytes.length * 4) / 3), at)
    return write(bytes)
  }

const decode: Native = (machine, args, at) => {
  const text = textArgument('Base64.decode', args, 0, at)
  spend(machine, text.length, at)
  buildText(machine, text.length * 2, at)
  const bytes = readBase64(text)
  if (bytes === undefined)
    return fail('expression.type', at, 'Base64.decode was given a text that is not base64')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return fail('expression.type', at, 'Base64.decode was given bytes that are not text', 'UTF-8')
  }
}

export const base64Functions: ReadonlyMap<string, Native> = new Map([
  ['decode', decode],
  ['encode', encode('Base64.encode', toBase64)],
  ['encodeUrl', encode('Base64.encodeUrl', toBase64Url)],
])

/** The same on every attempt of the node. Each call in an evaluation returns another value. */
export const uuid: Native = (machine, _args, at) => {
  const seed = machine.scope[UUID_SEED]
  if (seed === undefined) return fail('expression.type', at, 'uuid() is only available in a run')
  spend(machine, HASH_COST, at)
  buildText(machine, 36, at)
  return uuidOf(`${seed} ${machine.uuids++}`)
}
