import { typeOf } from './types.ts'

/**
 * A text that is the same for two JSON values exactly if JSON Schema calls them equal: the order of keys does not
 * matter, and 1 equals 1.0. `spend` is called with the cost of each part. Null if it refuses, or the value is too
 * deep.
 */
export function canonical(value: unknown, spend: (steps: number) => boolean, depth = 0): string | null {
  if (depth > 200 || !spend(1)) return null
  const type = typeOf(value)
  if (type === 'array') {
    const parts: string[] = []
    for (const item of value as unknown[]) {
      const part = canonical(item, spend, depth + 1)
      if (part === null) return null
      parts.push(part)
    }
    return `[${parts.join(',')}]`
  }
  if (type === 'object') {
    const object = value as Record<string, unknown>
    const parts: string[] = []
    for (const key of Object.keys(object).sort()) {
      const part = canonical(object[key], spend, depth + 1)
      if (part === null) return null
      parts.push(`${JSON.stringify(key)}:${part}`)
    }
    return `{${parts.join(',')}}`
  }
  if (type === 'string' && !spend((value as string).length / 16)) return null
  return type === null ? 'none' : JSON.stringify(value)
}
