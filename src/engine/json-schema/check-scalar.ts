import { type Context, type Path, report, spend } from './context.ts'
import { canonical } from './equal.ts'
import { formatCost, matchesFormat } from './format.ts'
import { isMultipleOf } from './number.ts'
import { isObject, type JsonObject, own, typeOf } from './types.ts'

const SHOWN_VALUES = 20
const SHOWN_CHARS = 60

/**
 * Values for a message, cut before they are written out, because messages are created even for problems that are not
 * shown.
 */
function show(values: readonly unknown[]): string {
  const texts = values.slice(0, SHOWN_VALUES).map((value) => {
    if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[…]' : '{…}'
    return typeof value === 'string' ? JSON.stringify(value.slice(0, SHOWN_CHARS)) : String(value)
  })
  return values.length > SHOWN_VALUES ? `${texts.join(', ')}, …` : texts.join(', ')
}

/** Whether a value is in a list, compared as JSON Schema does. */
function isOneOf(context: Context, list: readonly unknown[], value: unknown): boolean {
  if (!spend(context, 1 + list.length / 8)) return false
  if (!Array.isArray(value) && !isObject(value)) return list.includes(value)
  const pay = (steps: number): boolean => spend(context, steps)
  const wanted = canonical(value, pay)
  return wanted !== null && list.some((item) => typeof item === 'object' && canonical(item, pay) === wanted)
}

export function checkType(context: Context, schema: JsonObject, value: unknown, path: Path): void {
  const wanted = own(schema, 'type')
  if (wanted === undefined) return
  const types = Array.isArray(wanted) ? (wanted as unknown[]) : [wanted]
  const type = typeOf(value)
  if (types.includes(type) || (types.includes('integer') && Number.isInteger(value))) return
  report(context, path, 'type', `expected ${types.join(' or ')}, found ${type}`)
}

export function checkValues(context: Context, schema: JsonObject, value: unknown, path: Path): void {
  const list = own(schema, 'enum')
  if (Array.isArray(list) && !isOneOf(context, list, value))
    report(context, path, 'enum', `expected one of ${show(list)}`)
  if (Object.hasOwn(schema, 'const') && !isOneOf(context, [schema.const], value))
    report(context, path, 'const', `expected ${show([schema.const])}`)
}

const bound = (schema: JsonObject, keyword: string): number | undefined =>
  own(schema, keyword) as number | undefined

/** The size keywords that strings, arrays and objects share: `minLength`, `maxItems` and so on. */
export function checkCount(
  context: Context,
  schema: JsonObject,
  keyword: 'Length' | 'Items' | 'Properties',
  count: number,
  path: Path,
): void {
  const unit = { Length: 'characters', Items: 'items', Properties: 'properties' }[keyword]
  const min = bound(schema, `min${keyword}`)
  const max = bound(schema, `max${keyword}`)
  if (min !== undefined && count < min)
    report(context, path, `min${keyword}`, `expected at least ${min} ${unit}, found ${count}`)
  if (max !== undefined && count > max)
    report(context, path, `max${keyword}`, `expected at most ${max} ${unit}, found ${count}`)
}

export function checkNumber(context: Context, schema: JsonObject, value: number, path: Path): void {
  const min = bound(schema, 'minimum')
  const max = bound(schema, 'maximum')
  const above = bound(schema, 'exclusiveMinimum')
  const below = bound(schema, 'exclusiveMaximum')
  const step = bound(schema, 'multipleOf')
  if (min !== undefined && value < min) report(context, path, 'minimum', `expected at least ${min}`)
  if (max !== undefined && value > max) report(context, path, 'maximum', `expected at most ${max}`)
  if (above !== undefined && value <= above)
    report(context, path, 'exclusiveMinimum', `expected more than ${above}`)
  if (below !== undefined && value >= below)
    report(context, path, 'exclusiveMaximum', `expected less than ${below}`)
  if (step !== undefined && !isMultipleOf(value, step))
    report(context, path, 'multipleOf', `expected a multiple of ${step}`)
}

/** Characters as JSON Schema counts them: a surrogate pair is one. */
function lengthOf(text: string): number {
  let length = 0
  for (const _ of text) length += 1
  return length
}

export function checkString(context: Context, schema: JsonObject, value: string, path: Path): void {
  if (Object.hasOwn(schema, 'minLength') || Object.hasOwn(schema, 'maxLength')) {
    if (!spend(context, value.length / 16)) return
    checkCount(context, schema, 'Length', lengthOf(value), path)
  }
  const source = own(schema, 'pattern')
  if (typeof source === 'string' && !matchesPattern(context, source, value))
    report(context, path, 'pattern', `expected text that matches ${source}`)
  const format = own(schema, 'format')
  if (typeof format === 'string') {
    if (!spend(context, formatCost(format, value))) return
    if (!matchesFormat(format, value))
      report(context, path, 'format', `expected a text in the format ${format}`)
  }
}

export function matchesPattern(context: Context, source: string, text: string): boolean {
  const pattern = context.compiled.patterns.get(source)
  if (pattern === undefined || !spend(context, 1 + pattern.cost * text.length)) return false
  return pattern.test(text)
}
