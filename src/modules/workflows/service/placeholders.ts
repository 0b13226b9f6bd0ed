// `{{= name }}` in a template stands for a variable. No expression starts with `=`, so no definition holds one by
// accident. Alone in a string it becomes the value with its type; within text, its text; inside an expression, a literal
// of the expression language, so that a quote in a value cannot end a string there.
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

/** A value with every placeholder filled in; one without a value becomes null. */
export function fillIn(value: unknown, variables: Readonly<Record<string, unknown>>): unknown {
  if (typeof value === 'string') return fillText(value, variables)
  if (Array.isArray(value)) return value.map((item) => fillIn(item, variables))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillIn(item, variables)]))
}

function fillText(text: string, variables: Readonly<Record<string, unknown>>): unknown {
  const alone = ALONE.exec(text)?.[1]
  if (alone !== undefined) return lookUp(variables, alone)
  return text.replace(PLACEHOLDER, (_all, name: string, offset: number) => {
    const value = lookUp(variables, name)
    if (insideExpression(text, offset)) return JSON.stringify(value)
    return typeof value === 'string' ? value : JSON.stringify(value)
  })
}

const lookUp = (variables: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(variables, name) ? (variables[name] ?? null) : null

/** Whether an expression is open at this place; the placeholders before it are left out of the count. */
function insideExpression(text: string, offset: number): boolean {
  const before = text.slice(0, offset).replace(PLACEHOLDER, '')
  return before.lastIndexOf('{{') > before.lastIndexOf('}}')
}
