// Measures the depth of untrusted JSON in one pass before it is parsed, so that hostile input never reaches the recursion of a
// parser or validator.
import { err, ok, type Result } from './result.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

export const MAX_JSON_DEPTH = 64

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype'])

/** Whether JSON text may contain such a key, even escaped. If not, the keys need not be checked one by one. */
export const mayHoldForbiddenKey = (text: string): boolean =>
  /__proto__|constructor|prototype|\\u/i.test(text)

/** Names that can reach a prototype. Objects with user-defined keys must not have them. */
export const isForbiddenKey = (key: string): boolean => FORBIDDEN_KEYS.has(key)

type JsonProblem = 'request.malformed_json' | 'request.too_deep' | 'request.forbidden_key'

export function parseJson(text: string, maxDepth = MAX_JSON_DEPTH): Result<Json, JsonProblem> {
  if (jsonDepth(text, maxDepth) > maxDepth) return err('request.too_deep')
  let forbidden = false
  try {
    // Only the reviver sees `__proto__` as an own key. It costs another pass, so it runs only if the text contains one of the keys,
    // possibly escaped.
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

/** What is wrong with text that is not JSON, in the words of the parser and without its quotation of the text. */
export function jsonFault(text: string): string {
  try {
    JSON.parse(text)
    return ''
  } catch (error) {
    return (error as Error).message.replace(/, (?:\.{3})?"[\s\S]*$/, '')
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

/** The same text for equal values, whatever the order of their keys. Used for hashes and signatures. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const fields = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`)
  return `{${fields.join(',')}}`
}
