// Hides known secrets in shown text, even inside longer texts and in encoded forms: plain, escaped for JSON, HTML or XML,
// percent-encoded, and in base64 at any offset. Invariants:
// 1. The work is linear in the text for all secrets and texts. A rolling hash of six characters moves along the text. Where it
//    matches, at most twelve forms are compared by their first 32 characters.
// 2. If that cannot distinguish two secrets, more text is hidden, never less.
import { utf8 } from './crypto.ts'
import type { Json } from './json.ts'

export const HIDDEN = '[redacted]'

/** Shorter values appear in too many texts by chance. */
export const LEAST_SECRET_CHARS = 6
const WINDOW = LEAST_SECRET_CHARS
const HEAD_CHARS = 32
const MAX_ALIKE = 12

const RADIX = 31
const TOP = Array.from({ length: WINDOW - 1 }).reduce<number>((power) => Math.imul(power, RADIX), 1)

type Form = { form: string; head: string }

export type HideText = (text: string) => string

/** Null if there is nothing to hide. */
export function hideValues(secrets: Iterable<string>): HideText | null {
  const forms = allForms(secrets)
  if (forms.length === 0) return null
  const formsByHash = groupByHash(forms)
  return (text) => hideAll(text, formsByHash)
}

/**
 * For a text that arrives in pieces, with one byte per character. `longest` is the length of the longest hidden text. Anything
 * that begins at least that far before the end of the received text can be decided.
 */
export type HidePieces = {
  longest: number
  upTo: (text: string, limit: number) => { shown: string; end: number }
}

export function hideInBytes(secrets: Iterable<string>): HidePieces | null {
  const forms = allForms(secrets).map((form) => String.fromCharCode(...utf8(form)))
  if (forms.length === 0) return null
  const formsByHash = groupByHash(forms)
  return {
    longest: Math.max(...forms.map(({ length }) => length)),
    upTo: (text, limit) => hideFrom(text, formsByHash, limit),
  }
}

const allForms = (secrets: Iterable<string>): string[] => [
  ...new Set([...secrets].filter((secret) => secret.length >= LEAST_SECRET_CHARS).flatMap(formsOf)),
]

function groupByHash(forms: readonly string[]): Map<number, Form[]> {
  const formsByHash = new Map<number, Form[]>()
  for (const form of [...forms].sort((a, b) => b.length - a.length)) {
    const hash = hashAt(form, 0)
    const known = formsByHash.get(hash)
    const entry = { form, head: form.slice(0, HEAD_CHARS) }
    if (known) known.push(entry)
    else formsByHash.set(hash, [entry])
  }
  return formsByHash
}

/** Hides matches that begin before `limit`. `end` is how far it got, which is after `limit` if a match extends beyond it. */
function hideFrom(
  text: string,
  formsByHash: ReadonlyMap<number, readonly Form[]>,
  limit: number,
): { shown: string; end: number } {
  let shown = ''
  let from = 0
  let at = 0
  let hash = text.length < WINDOW ? 0 : hashAt(text, 0)
  while (at + WINDOW <= text.length && at < limit) {
    const length = lengthAt(text, at, formsByHash.get(hash))
    if (length > 0) {
      shown += text.slice(from, at) + HIDDEN
      at += length
      from = at
      if (at + WINDOW <= text.length) hash = hashAt(text, at)
      continue
    }
    hash = Math.imul(hash - Math.imul(text.charCodeAt(at), TOP), RADIX) + text.charCodeAt(at + WINDOW)
    hash |= 0
    at++
  }
  return { shown: shown + text.slice(from, at), end: at }
}

function hideAll(text: string, formsByHash: ReadonlyMap<number, readonly Form[]>): string {
  const { shown, end } = hideFrom(text, formsByHash, text.length)
  return shown.length === end && text.startsWith(shown) ? text : shown + text.slice(end)
}

function hashAt(text: string, at: number): number {
  let hash = 0
  for (let i = 0; i < WINDOW; i++) hash = (Math.imul(hash, RADIX) + text.charCodeAt(at + i)) | 0
  return hash
}

/** How many characters to hide at this position; 0 for none. */
function lengthAt(text: string, at: number, forms: readonly Form[] | undefined): number {
  if (forms === undefined) return 0
  if (forms.length > MAX_ALIKE) return Math.min(forms[0]?.form.length ?? 0, text.length - at)
  let most = 0
  for (const { form, head } of forms) {
    if (!text.startsWith(head, at)) continue
    let length = head.length
    while (length < form.length && form.charCodeAt(length) === text.charCodeAt(at + length)) length++
    most = Math.max(most, length)
  }
  return most
}

function formsOf(secret: string): string[] {
  const percent = encodeURIComponent(secret.toWellFormed())
  const forms = [
    secret,
    ...inJson(secret),
    ...inMarkup(secret),
    percent,
    percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    new URLSearchParams({ s: secret }).toString().slice(2),
    ...[0, 1, 2].map((offset) => base64At(utf8(secret), offset)),
  ]
  return forms
    .flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
    .filter((form) => form.length >= WINDOW)
}

/** As common JSON encoders escape it: PHP escapes slashes, others escape HTML characters. */
function inJson(secret: string): string[] {
  const plain = JSON.stringify(secret).slice(1, -1)
  const escaped = (which: RegExp, hex: (code: string) => string): string =>
    plain.replace(which, (char) => `\\u00${hex(char.charCodeAt(0).toString(16))}`)
  const upper = (code: string): string => code.toUpperCase()
  return [
    plain,
    plain.replaceAll('/', '\\/'),
    ...[/[<>&]/g, /[<>&=']/g].flatMap((which) => [escaped(which, (code) => code), escaped(which, upper)]),
  ]
}

/** As escaped in HTML and XML, with both ways of escaping an apostrophe. */
function inMarkup(secret: string): string[] {
  const common = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
  return [common, common.replaceAll("'", '&#39;'), common.replaceAll("'", '&apos;')]
}

/** The part of the base64 that is the same for all bytes after, when the given number of bytes comes before. */
function base64At(bytes: Uint8Array, offset: number): string {
  let binary = '\0'.repeat(offset)
  for (const byte of bytes) binary += String.fromCharCode(byte)
  const wholeChars = Math.floor((binary.length * 8) / 6)
  return btoa(binary).slice(offset === 0 ? 0 : offset + 1, wholeChars)
}

/** The same value if it contains no secret. */
export function hideIn<T extends Json>(value: T, hide: HideText | null): T {
  return (hide === null ? value : hidden(value, hide)) as T
}

function hidden(value: Json, hide: HideText): Json {
  if (typeof value === 'string') return hide(value)
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) {
    const items = value.map((item) => hidden(item, hide))
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  let changed = false
  const fields = Object.entries(value).map(([name, inner]): [string, Json] => {
    const [shownName, shown] = [hide(name), hidden(inner, hide)]
    changed ||= shown !== inner || shownName !== name
    return [shownName, shown]
  })
  return changed ? Object.fromEntries(fields) : value
}
