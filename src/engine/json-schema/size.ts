import { LIMITS, pointerPart, type SchemaProblem, typeOf } from './types.ts'

/**
 * Walks a schema as plain data before any other code does, with a list and without recursion. A schema that passes is
 * JSON, is not cyclic, and is small and flat enough for recursive code.
 */
export function checkSize(schema: unknown): SchemaProblem | null {
  const open: { value: unknown; depth: number; path: string }[] = [{ value: schema, depth: 0, path: '' }]
  let nodes = 0
  let chars = 0
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const { value, depth, path } = entry
    const limit = (message: string): SchemaProblem => ({ path, code: 'schema.limit', message })
    const type = typeOf(value)
    if (type === null) return { path, code: 'schema.invalid', message: 'expected a JSON value' }
    if (depth > LIMITS.schemaDepth) return limit(`nested deeper than ${LIMITS.schemaDepth}`)
    nodes += 1
    if (type === 'string') chars += (value as string).length
    if (type === 'array' || type === 'object') {
      const children = Object.entries(value as object)
      nodes += children.length
      // Counted before anything is put on the list, so that the list stays within the limit.
      if (nodes > LIMITS.schemaNodes) return limit(`more than ${LIMITS.schemaNodes} values`)
      for (const [key, child] of children) {
        chars += type === 'object' ? key.length : 0
        open.push({ value: child, depth: depth + 1, path: path + pointerPart(key) })
      }
    }
    if (chars > LIMITS.schemaChars) return limit(`more than ${LIMITS.schemaChars} characters of text`)
  }
  return null
}
