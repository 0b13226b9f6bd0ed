// Parses JSON for our own API. JSON from webhook senders or responses of other services is parsed as it is.
import { findDuplicateKey } from './duplicate-key.ts'
import { AppError } from './errors.ts'
import { type Json, jsonFault, parseJson } from './json.ts'

/** The value, or the error to return to the client. */
export function requireOurJson(text: string, maxDepth?: number): Json {
  const parsed = parseJson(text, maxDepth)
  if (!parsed.ok)
    throw new AppError(
      parsed.error,
      parsed.error === 'request.malformed_json'
        ? { detail: `The body is not valid JSON: ${jsonFault(text)}.` }
        : {},
    )
  const key = findDuplicateKey(text)
  if (key !== null) throw new AppError('request.duplicate_key', { detail: describeDuplicate(key) })
  return parsed.value
}

export const describeDuplicate = (key: string): string =>
  `The key ${JSON.stringify(key.slice(0, 100))} appears twice in one object.`
