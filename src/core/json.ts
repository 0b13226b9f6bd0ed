// JSON from outside is measured before it is parsed: depth by one pass over the text, so that a hostile body never
// reaches the recursion of a parser or of a validator.
import { err, ok, type Result } from './result.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

export const MAX_JSON_DEPTH = 64

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype'])

/** Whether JSON text may have such a key, also an escaped one: if not, nobody needs to look at each key. */
export const mayHoldForbiddenKey = (text: string): boolean =>
  /__proto__|constructor|prototype|\\u/i.test(text)

/** Names that reach for a prototype: no object that users fill may have them as keys. */
export const isForbiddenKey = (key: string): boolean => FORBIDDEN_KEYS.has(key)

type JsonProblem = 'request.malformed_json' | 'request.too_deep' | 'request.forbidden_key'

export function parseJson(text: string, maxDepth = MAX_JSON_DEPTH): Result<Json, JsonProblem> {
  if (jsonDepth(text, maxDepth) > maxDepth) return err('request.too_deep')
  let forbidden = false
  try {
    // The reviver is the one place that sees `__proto__` as an own key. It costs a pass, so it only runs on a
    // text that names one of the keys, also in escaped form.
    const value = mayHoldForbiddenKey(text)
      ? JSON.parse(text, (key, inner) => {
          if (isForbiddenKey(key)) forbidden = true
          return inner
        })
      : JSON.parse(text)
    return forbidden ? err('request.forbidden_key') : ok(value)
  } catch {
    return err('request.malformed_json')
  }
}

function jsonDepth(text: string, stopAfter: number): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (inString) {
      if (c === 92) i++
      else if (c === 34) inString = false
    } else if (c === 34) inString = true
    else if (c === 123 || c === 91) {
      depth++
      if (depth > deepest) deepest = depth
      if (deepest > stopAfter) return deepest
    } else if (c === 125 || c === 93) depth--
  }
  return deepest
}

/** One text for equal values, whatever the order of their keys: what hashes and signatures are made of. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const fields = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`)
  return `{${fields.join(',')}}`
}
