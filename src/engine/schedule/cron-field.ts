import { err, ok, type Result } from '../../core/result.ts'

export type FieldName = 'minute' | 'hour' | 'day of month' | 'month' | 'day of week'

/**
 * The place of an error in a cron text: `column` counts from 1 in the given text, `field` is null for the text as a
 * whole.
 */
export type CronProblem = { field: FieldName | null; column: number; expected: string; message: string }

export type Field = { name: FieldName; min: number; max: number; names: readonly string[]; firstName: number }

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

export const FIELDS: readonly Field[] = [
  { name: 'minute', min: 0, max: 59, names: [], firstName: 0 },
  { name: 'hour', min: 0, max: 23, names: [], firstName: 0 },
  { name: 'day of month', min: 1, max: 31, names: [], firstName: 0 },
  { name: 'month', min: 1, max: 12, names: MONTHS, firstName: 1 },
  { name: 'day of week', min: 0, max: 7, names: WEEKDAYS, firstName: 0 },
]

/** A parsed field: plain values, and the forms that need a calendar. */
export type FieldValue = {
  /** Whether the field starts with `*` or is `?`. Then it does not restrict, as in Vixie cron. */
  star: boolean
  /** Sorted, without duplicates. */
  values: number[]
  /** `L` and `L-n` of the day of month: days before the last of the month. */
  fromEnd: number[]
  /** `5#2` of the day of week: the second Friday. `5L`: the last one, as `nth: -1`. */
  nth: { weekday: number; nth: number }[]
}

/** One list entry with its position, so that a problem can point at it. */
type Part = { text: string; column: number }

type Fail = Result<never, CronProblem>

export function problem(field: FieldName | null, column: number, expected: string, found: string): Fail {
  const where = field ? `${field} (column ${column})` : `column ${column}`
  return err({ field, column, expected, message: `${where}: expected ${expected}, found ${found}` })
}

const quote = (text: string): string => (text === '' ? 'nothing' : `"${text}"`)

function describe(field: Field): string {
  const { names } = field
  return names.length === 0
    ? `${field.min}-${field.max}`
    : `${field.min}-${field.max} or ${names[0]}-${names[names.length - 1]}`
}

function readValue(field: Field, part: Part): Result<number, CronProblem> {
  const named = field.names.indexOf(part.text.toUpperCase())
  if (named >= 0) return ok(named + field.firstName)
  const value = /^\d{1,4}$/.test(part.text) ? Number(part.text) : Number.NaN
  if (value >= field.min && value <= field.max) return ok(value)
  return problem(field.name, part.column, describe(field), quote(part.text))
}

function readStep(field: Field, part: Part): Result<number, CronProblem> {
  const step = /^\d{1,4}$/.test(part.text) ? Number(part.text) : Number.NaN
  if (step >= 1 && step <= field.max) return ok(step)
  return problem(field.name, part.column, `a step of 1-${field.max} after "/"`, quote(part.text))
}

function readSpan(field: Field, part: Part): Result<{ from: number; to: number | null }, CronProblem> {
  if (part.text === '*') return ok({ from: field.min, to: field.max })
  const dash = part.text.indexOf('-')
  const from = readValue(field, { ...part, text: dash < 0 ? part.text : part.text.slice(0, dash) })
  if (!from.ok) return from
  if (dash < 0) return ok({ from: from.value, to: null })
  const end = { text: part.text.slice(dash + 1), column: part.column + dash + 1 }
  const to = readValue(field, end)
  if (!to.ok) return to
  // FRI-SUN is a range to the end of the week: Sunday is also 7.
  const last = field.name === 'day of week' && /^sun$/i.test(end.text) ? 7 : to.value
  if (last < from.value)
    return problem(
      field.name,
      part.column,
      'an ascending range (use two ranges to wrap around)',
      quote(part.text),
    )
  return ok({ from: from.value, to: last })
}

function readPart(field: Field, part: Part, into: FieldValue): Result<null, CronProblem> {
  const text = part.text.toUpperCase()
  if (field.name === 'day of month' && /^L(-\d{1,2})?$/.test(text)) {
    const back = Number(text.slice(2) || 0)
    if (back > 30) return problem(field.name, part.column + 2, '0-30 after "L-"', quote(part.text.slice(2)))
    into.fromEnd.push(back)
    return ok(null)
  }
  const special = field.name === 'day of week' ? /^(\w+?)(?:#(.*)|L)$/.exec(text) : null
  if (special) {
    const weekday = readValue(field, { text: special[1] ?? '', column: part.column })
    if (!weekday.ok) return weekday
    const nth = special[2]
    if (nth !== undefined && !/^[1-5]$/.test(nth))
      return problem(field.name, part.column + text.indexOf('#') + 1, '1-5 after "#"', quote(nth))
    into.nth.push({ weekday: weekday.value % 7, nth: nth === undefined ? -1 : Number(nth) })
    return ok(null)
  }
  const slash = text.indexOf('/')
  const span = readSpan(field, {
    text: slash < 0 ? part.text : part.text.slice(0, slash),
    column: part.column,
  })
  if (!span.ok) return span
  const step =
    slash < 0 ? ok(1) : readStep(field, { text: part.text.slice(slash + 1), column: part.column + slash + 1 })
  if (!step.ok) return step
  const { from } = span.value
  const to = span.value.to ?? (slash < 0 ? from : field.max)
  for (let value = from; value <= to; value += step.value) into.values.push(value)
  return ok(null)
}

/** Parses one field of a cron text. `column` is where it starts. */
export function readField(field: Field, text: string, column: number): Result<FieldValue, CronProblem> {
  const value: FieldValue = { star: text.startsWith('*') || text === '?', values: [], fromEnd: [], nth: [] }
  const isDay = field.name === 'day of month' || field.name === 'day of week'
  if (text.includes('?') && (text !== '?' || !isDay))
    return problem(field.name, column + text.indexOf('?'), '"?" alone, and only for a day', quote(text))
  let at = column
  for (const part of text === '?' ? ['*'] : text.split(',')) {
    const read = readPart(field, { text: part, column: at }, value)
    if (!read.ok) return read
    at += part.length + 1
  }
  const weekday = field.name === 'day of week'
  value.values = [...new Set(weekday ? value.values.map((v) => v % 7) : value.values)].sort((a, b) => a - b)
  return ok(value)
}
