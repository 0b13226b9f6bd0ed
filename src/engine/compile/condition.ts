import { compileTemplate } from '../expression/index.ts'
import type { Location, Problems } from '../model/problem.ts'

/**
 * In a condition, a text is always true: `"false"`, `"item.x > 1"` without braces, and any text around an expression,
 * even a space. That is always a mistake.
 */
export function checkCondition(value: unknown, at: Location, problems: Problems): void {
  if (typeof value !== 'string') return
  const template = compileTemplate(value, undefined, problems.regexes)
  if (!template.ok) return
  const { kind, parts } = template.value
  if (kind === 'literal') {
    problems.add(
      at,
      'condition.constant',
      'A condition must be an expression. A plain text is always true',
      'Write "{{ … }}" around it, or true or false',
    )
  } else if (kind === 'text' && parts.some((part) => typeof part === 'string')) {
    problems.add(
      at,
      'condition.constant',
      'With text or spaces around the braces, the condition is a text and so always true',
      'Put everything between "{{" and "}}"',
    )
  }
}

/** The values at `filter`, `paginate.until` or `cases[].when`, each with its path. */
export function valuesAt(root: unknown, path: string): { value: unknown; at: Location }[] {
  let found: { value: unknown; at: Location }[] = [{ value: root, at: [] }]
  for (const step of path.split('.')) {
    const isList = step.endsWith('[]')
    const key = isList ? step.slice(0, -2) : step
    found = found.flatMap(({ value, at }) => {
      const inner = (value as Record<string, unknown> | null | undefined)?.[key]
      if (!isList) return [{ value: inner, at: [...at, key] }]
      if (!Array.isArray(inner)) return []
      return inner.map((one: unknown, index) => ({ value: one, at: [...at, key, index] }))
    })
  }
  return found
}
