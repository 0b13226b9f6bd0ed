// `{{= name }}` in a template stands for a variable. No expression starts with `=`, so no definition holds one by
// accident. Alone in a string it becomes the value with its type; within text, its text; inside an expression, a literal
// of the expression language, so that a quote in a value cannot end a string there. A value stays a value: what reads as
// an expression in it is escaped wherever expressions are evaluated. What is filled in is counted: a short text with many
// placeholders for a long value is refused before it fills the memory.
import { AppError } from '../../../core/errors.ts'

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

/** Characters that values may bring into a template, all placeholders together. */
export const MAX_FILLED_CHARS = 4_000_000

type Filling = { variables: Variables; left: number; sizes: Map<string, number> }

/** A value with every placeholder filled in; one without a value becomes null. Throws 413 when it gets too large. */
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

/** The value of a variable, which counts each time that it is taken. */
function take(filling: Filling, name: string): unknown {
  const value = Object.hasOwn(filling.variables, name) ? (filling.variables[name] ?? null) : null
  const size = filling.sizes.get(name) ?? JSON.stringify(value).length
  filling.sizes.set(name, size)
  filling.left -= size
  if (filling.left < 0)
    throw new AppError('request.too_large', {
      detail: `The values would bring more than ${MAX_FILLED_CHARS} characters into the template.`,
    })
  return value
}

/** Whether an expression is open behind this text, which goes on where the last one ended. */
function readOn(state: { isOpen: boolean; last: string }, text: string): void {
  const seen = state.last + text
  const [opens, closes] = [seen.lastIndexOf('{{'), seen.lastIndexOf('}}')]
  if (opens !== closes) state.isOpen = opens > closes
  state.last = seen.slice(-1)
}

/** Backslashes before braces count in pairs, so each that is there is doubled, and one more makes the braces plain. */
function escaped(value: unknown): unknown {
  if (typeof value === 'string')
    return value.replace(/(\\*)\{\{/g, (_all, slashes: string) => `${slashes}${slashes}\\{{`)
  if (Array.isArray(value)) return value.map(escaped)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escaped(item)]))
}
