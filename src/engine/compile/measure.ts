import { LIMITS } from '../model/definition.ts'
import type { Location, Problems } from '../model/problem.ts'

interface Visit {
  readonly value: unknown
  readonly depth: number
  readonly key: PropertyKey
  readonly parent: Visit | undefined
}

/**
 * Walks any input with its own stack, before recursive code sees it. Returns false if it is too large, too deep (a
 * cyclic object is endless) or not JSON. A shared object counts as often as it occurs.
 */
export function measure(root: unknown, problems: Problems): boolean {
  const before = problems.list.length
  const stack: Visit[] = [{ value: root, depth: 0, key: '', parent: undefined }]
  let left: number = LIMITS.definitionBytes
  while (stack.length > 0) {
    const visit = stack.pop()!
    const { value, depth } = visit
    left -= sizeOf(value)
    if (left < 0) return tooLarge(problems)
    if (typeof value !== 'object' || value === null) {
      if (!isJsonScalar(value))
        problems.add(locate(visit), 'definition.not_json', `${describe(value)} is not JSON`)
      continue
    }
    if (depth >= LIMITS.depth) {
      problems.add(
        locate(visit),
        'definition.too_deep',
        `The definition is nested deeper than ${LIMITS.depth} levels, or is cyclic`,
      )
      return false
    }
    if (!isPlain(value)) {
      problems.add(locate(visit), 'definition.not_json', 'JSON only has plain objects and arrays')
      continue
    }
    if (Array.isArray(value)) {
      // Each element takes at least two bytes. A longer array is not even put on the stack.
      if (value.length * 2 > left) return tooLarge(problems)
      for (let i = value.length - 1; i >= 0; i--) {
        stack.push({ value: value[i], depth: depth + 1, key: i, parent: visit })
      }
      continue
    }
    for (const key of Object.keys(value).reverse()) {
      left -= key.length + 4
      const inner = (value as Record<string, unknown>)[key]
      if (key === '__proto__') {
        problems.add(locate(visit), 'definition.not_json', '"__proto__" cannot be the name of a field')
      } else if (inner !== undefined) stack.push({ value: inner, depth: depth + 1, key, parent: visit })
    }
  }
  return problems.list.length === before
}

function tooLarge(problems: Problems): false {
  const message = `The definition is larger than ${LIMITS.definitionBytes} bytes`
  problems.add([], 'definition.too_large', message)
  return false
}

const sizeOf = (value: unknown): number => (typeof value === 'string' ? value.length + 2 : 2)

const isJsonScalar = (value: unknown): boolean =>
  value === null ||
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value))

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

const describe = (value: unknown): string => (typeof value === 'number' ? String(value) : typeof value)

function locate(visit: Visit): Location {
  const keys: PropertyKey[] = []
  for (let at: Visit | undefined = visit; at?.parent !== undefined; at = at.parent) keys.push(at.key)
  return keys.reverse()
}
