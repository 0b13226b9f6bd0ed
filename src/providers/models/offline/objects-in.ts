// Finds JSON objects in a text.
import type { Json } from '../../../core/json.ts'
import { isObject } from '../../../engine/json-schema/types.ts'

const MAX_TRIES = 50

/** The last one comes first, because it is the newest. */
export function objectsIn(text: string): Record<string, Json>[] {
  const found: Record<string, Json>[] = []
  let from = text.indexOf('{')
  for (let tries = 0; from !== -1 && tries < MAX_TRIES; tries++, from = text.indexOf('{', from + 1)) {
    const to = endOfObject(text, from)
    if (to === -1) continue
    try {
      const value = JSON.parse(text.slice(from, to)) as Json
      if (isObject(value)) {
        found.push(value as Record<string, Json>)
        from = to - 1
      }
    } catch {
      // These braces are not JSON.
    }
  }
  return found.reverse()
}

const MAX_OBJECT_CHARS = 20_000

function endOfObject(text: string, from: number): number {
  let depth = 0
  let isText = false
  for (let at = from; at < Math.min(text.length, from + MAX_OBJECT_CHARS); at++) {
    const char = text[at]
    if (isText) {
      if (char === '\\') at++
      else if (char === '"') isText = false
    } else if (char === '"') isText = true
    else if (char === '{') depth++
    else if (char === '}' && --depth === 0) return at + 1
  }
  return -1
}
