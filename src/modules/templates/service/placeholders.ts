// Fills placeholders. `{{= name }}` in a template stands for a variable. No expression starts with `=`, so a definition never
// contains one by accident. Alone in a string, it becomes the value with its type; within text, the value as text; inside an
// expression, a literal, so that a quote in a value cannot end a string there. Values are never evaluated: anything in a value
// that looks like an expression is escaped where expressions are evaluated. The total length of filled-in values is limited,
// because a short text with many placeholders could otherwise fill the memory.
import { AppError } from '../../../core/errors.ts'

const PLACEHOLDER = /\{\{=\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g
const ALONE = /^\{\{=\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}$/

/** The names of the variables that a value uses. */
export function placeholdersIn(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value === 'string') for (const match of value.matchAll(PLACEHOLDER)) found.add(match[1] ?? '')
  else if (Array.isArray(value)) for (const item of value) placeholdersIn(item, found)
  else if (typeof value === 'object' && value !== null)
    for (const item of Object.values(value)) placeholdersIn(item, found)
  return found
}

/** Fields whose content, at any depth, is evaluated for expressions. */
const EVALUATED = new Set(['params', 'when', 'each', 'output', 'concurrency', 'filter'])

type Variables = Readonly<Record<string, unknown>>

/** How many characters all values together may add to a template. */
export const MAX_FILLED_CHARS = 4_000_000

type Filling = { variables: Variables; left: number; sizes: Map<string, number> }

/** Fills every placeholder in a value. A variable without a value becomes null. Throws 413 if the result is too large. */
export const fillIn = (value: unknown, variables: Variables): unknown =>
  fill({ variables, left: MAX_FILLED_CHARS, sizes: new Map() }, value, false)

function fill(filling: Filling, value: unknown, evaluated: boolean): unknown {
  if (typeof value === 'string') return fillText(filling, value, evaluated)
  if (Array.isArray(value)) return value.map((item) => fill(filling, item, evaluated))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, fill(filling, item, evaluated || EVALUATED.has(key))]),
  )
}

function fillText(filling: Filling, text: string, evaluated: boolean): unknown {
  const plain = evaluated ? escaped : (value: unknown) => value
  const alone = ALONE.exec(text)?.[1]
  if (alone !== undefined) return plain(take(filling, alone))
  let filled = ''
  let end = 0
  const state = { isOpen: false, last: '' }
  for (const { 0: all, 1: name = '', index } of text.matchAll(PLACEHOLDER)) {
    const between = text.slice(end, index)
    end = index + all.length
    filled += between
    readOn(state, between)
    const value = take(filling, name)
    if (state.isOpen) filled += JSON.stringify(value)
    else filled += String(plain(typeof value === 'string' ? value : JSON.stringify(value)))
  }
  return filled + text.slice(end)
}

/** Returns the value of a variable and counts its length at each use. */
function take(filling: Filling, name: string): unknown {
  const value = Object.hasOwn(filling.variables, name) ? (filling.variables[name] ?? null) : null
  const size = filling.sizes.get(name) ?? JSON.stringify(value).length
  filling.sizes.set(name, size)
  filling.left -= size
  if (filling.left < 0)
    throw new AppError('request.too_large', {
      detail: `The values would add more than ${MAX_FILLED_CHARS} characters to the template.`,
    })
  return value
}

/** Whether an expression is still open at the end of this text, which continues after the previous one. */
function readOn(state: { isOpen: boolean; last: string }, text: string): void {
  const seen = state.last + text
  const [opens, closes] = [seen.lastIndexOf('{{'), seen.lastIndexOf('}}')]
  if (opens !== closes) state.isOpen = opens > closes
  state.last = seen.slice(-1)
}

/** Backslashes before braces count in pairs. So this doubles each existing one and adds one that escapes the braces. */
function escaped(value: unknown): unknown {
  if (typeof value === 'string')
    return value.replace(/(\\*)\{\{/g, (_all, slashes: string) => `${slashes}${slashes}\\{{`)
  if (Array.isArray(value)) return value.map(escaped)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escaped(item)]))
}
