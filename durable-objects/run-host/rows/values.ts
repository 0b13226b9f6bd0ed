// Outputs and inputs of activations, as values. Invariants:
// 1. A value that is written here is part of the current turn, and can be read in it immediately.
// 2. A value never changes after it was returned: expressions copy, and nodes must do so too.
// 3. The memory use is limited: beyond `MAX_CACHED_CHARS`, the oldest values are read from the table again.
import { err, ok, type Result } from '../../../src/core/result.ts'
import type { NodeError } from '../../../src/engine/model/event.ts'
import type { RunStore } from './store.ts'

export const MAX_OUTPUT_CHARS = 8 * 1024 * 1024
/** How much of an output a node with `offload` keeps in the run. */
export const MAX_SMALL_CHARS = 256 * 1024
/** A larger value would not fit into the memory of an object together with its text. */
export const MAX_OFFLOAD_CHARS = 32 * 1024 * 1024
const MAX_CACHED_CHARS = 8 * 1024 * 1024

export type RunValues = ReturnType<typeof runValues>

/** `worked` gets the length of the JSON that was written or read. */
export function runValues(store: RunStore, worked: (chars: number) => void = () => undefined) {
  const cache = new Map<string, { json: string | null; value: unknown; chars: number }>()
  let cachedChars = 0

  function remember(path: string, json: string | null, value: unknown, chars: number): void {
    const known = cache.get(path)
    if (known) cachedChars -= known.chars
    cache.set(path, { json, value, chars })
    cachedChars += chars
    for (const [oldest, entry] of cache) {
      if (cachedChars <= MAX_CACHED_CHARS) break
      if (oldest === path) continue
      cache.delete(oldest)
      cachedChars -= entry.chars
    }
  }

  return {
    store(path: string, value: EncodedValue): void {
      if (value.json === null) return
      if (value.writtenAt === undefined) {
        worked(value.json.length)
        store.writeOutput(path, value.json)
      } else store.writeReference(path, value.writtenAt)
      remember(path, value.json, undefined, value.json.length)
    },
    read(path: string): unknown {
      const known = cache.get(path)
      if (known) {
        // Always parsed from JSON, so that a run sees the same before and after a restart.
        if (known.json !== null) {
          worked(known.json.length)
          known.value = JSON.parse(known.json)
          known.json = null
        }
        return known.value
      }
      const json = store.readOutput(path)
      if (json === null) return undefined
      worked(json.length)
      const value = JSON.parse(json) as unknown
      remember(path, null, value, json.length)
      return value
    },
    chars: (path: string): number => cache.get(path)?.chars ?? store.outputChars(path),
  }
}

/** A value with its JSON, made before it is known whether its outcome is accepted. */
export type EncodedValue = {
  json: string | null
  /** The path that it is stored under already. */
  writtenAt?: string
}

/** An error for values that JSON cannot represent. */
export function encodeValue(value: unknown): Result<EncodedValue, NodeError> {
  const json = toJson(value)
  if (!json.ok) return json
  if (json.value !== null && json.value.length > MAX_OUTPUT_CHARS) {
    return err({
      code: 'data.too_large',
      message: `The output has ${json.value.length} characters; at most ${MAX_OUTPUT_CHARS} are kept in a run. Write it to a file instead.`,
      retryable: false,
    })
  }
  return ok({ json: json.value })
}

/** The JSON of a value of any length. Null for undefined. */
export function toJson(value: unknown): Result<string | null, NodeError> {
  if (value === undefined) return ok(null)
  let json: string | undefined
  try {
    if (holdsNonFinite(value)) throw new Error('NaN and infinity are no JSON numbers')
    json = JSON.stringify(value)
  } catch (error) {
    return err({
      code: 'data.not_json',
      message: `The output is not JSON: ${error instanceof Error ? error.message : String(error)}`,
      retryable: false,
    })
  }
  if (json === undefined)
    return err({
      code: 'data.not_json',
      message: `The output is not JSON: ${typeof value}`,
      retryable: false,
    })
  return ok(json)
}

/** JSON would silently turn such numbers into null. Throws on endless nesting, as JSON.stringify does. */
function holdsNonFinite(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  if (value === null || typeof value !== 'object') return false
  if (Array.isArray(value)) return value.some(holdsNonFinite)
  for (const key in value) if (holdsNonFinite((value as Record<string, unknown>)[key])) return true
  return false
}
