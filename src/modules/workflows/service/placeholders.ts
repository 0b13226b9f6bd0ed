// `{{= name }}` in a template stands for a variable. No expression starts with `=`, so no definition holds one by
// accident. Alone in a string it becomes the value with its type; within text, its text; inside an expression, a literal
// of the expression language, so that a quote in a value cannot end a string there. A value stays a value: what reads as
// an expression in it is escaped wherever expressions are evaluated.
const PLACEHOLDER = /\{\{=\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g
const ALONE = /^\{\{=\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}$/

/** Names of the variables that a value uses. */
export function placeholdersIn(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value === 'string') for (const match of value.matchAll(PLACEHOLDER)) found.add(match[1] ?? '')
  else if (Array.isArray(value)) for (const item of value) placeholdersIn(item, found)
  else if (typeof value === 'object' && value !== null)
    for (const item of Object.values(value)) placeholdersIn(item, found)
  return found
}

/** Where expressions are evaluated, with all that is below. */
const EVALUATED = new Set(['params', 'when', 'each', 'output', 'concurrency', 'filter'])

type Variables = Readonly<Record<string, unknown>>

/** A value with every placeholder filled in; one without a value becomes null. */
export function fillIn(value: unknown, variables: Variables, evaluated = false): unknown {
  if (typeof value === 'string') return fillText(value, variables, evaluated)
  if (Array.isArray(value)) return value.map((item) => fillIn(item, variables, evaluated))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      fillIn(item, variables, evaluated || EVALUATED.has(key)),
    ]),
  )
}

function fillText(text: string, variables: Variables, evaluated: boolean): unknown {
  const plain = evaluated ? escaped : (value: unknown) => value
  const alone = ALONE.exec(text)?.[1]
  if (alone !== undefined) return plain(lookUp(variables, alone))
  return text.replace(PLACEHOLDER, (_all, name: string, offset: number) => {
    const value = lookUp(variables, name)
    if (insideExpression(text, offset)) return JSON.stringify(value)
    return String(plain(typeof value === 'string' ? value : JSON.stringify(value)))
  })
}

/** Backslashes before braces count in pairs, so each that is there is doubled, and one more makes the braces plain. */
function escaped(value: unknown): unknown {
  if (typeof value === 'string')
    return value.replace(/(\\*)\{\{/g, (_all, slashes: string) => `${slashes}${slashes}\\{{`)
  if (Array.isArray(value)) return value.map(escaped)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escaped(item)]))
}

const lookUp = (variables: Variables, name: string): unknown =>
  Object.hasOwn(variables, name) ? (variables[name] ?? null) : null

/** Whether an expression is open at this place; the placeholders before it are left out of the count. */
function insideExpression(text: string, offset: number): boolean {
  const before = text.slice(0, offset).replace(PLACEHOLDER, '')
  return before.lastIndexOf('{{') > before.lastIndexOf('}}')
}
