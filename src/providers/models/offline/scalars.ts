// Numbers, truth values and texts for a JSON Schema.
import type { Json } from '../../../core/json.ts'
import type { JsonObject } from '../../../engine/json-schema/types.ts'
import { isObject } from '../../../engine/json-schema/types.ts'

import { hasWord, properNames, type Source, valueInObjects } from './source.ts'
import { labelFor, namedValue, numbersOf, wordsOfName } from './words.ts'

export function fillNumber(source: Source, schema: JsonObject, name: string | null): number {
  const stated = name === null ? undefined : valueInObjects(source, name)
  const named = name === null ? null : namedValue(source.text, name)
  const candidates = [
    ...(typeof stated === 'number' ? [stated] : []),
    ...(named === null ? [] : numbersOf(named).slice(0, 1)),
  ]
  const [value] = candidates
  if (value !== undefined) {
    const at = source.numbers.indexOf(value)
    if (at !== -1) source.numbers.splice(at, 1)
    return fitNumber(schema, value)
  }
  const isWhole = typeOf(schema) === 'integer'
  const next = source.numbers.findIndex(
    (number) => (!isWhole || Number.isInteger(number)) && fitNumber(schema, number) === number,
  )
  if (next !== -1) return source.numbers.splice(next, 1)[0] as number
  return fitNumber(schema, typeof schema.default === 'number' ? schema.default : 0)
}

export function fitNumber(schema: JsonObject, value: number): number {
  const isWhole = typeOf(schema) === 'integer'
  const step = typeof schema.multipleOf === 'number' ? schema.multipleOf : isWhole ? 1 : 0
  const bound = (keyword: string, fallback: number) =>
    typeof schema[keyword] === 'number' ? (schema[keyword] as number) : fallback
  const above = bound('exclusiveMinimum', Number.NEGATIVE_INFINITY)
  const below = bound('exclusiveMaximum', Number.POSITIVE_INFINITY)
  const nudge = step || 1e-6
  let fitted = Math.max(
    value,
    bound('minimum', value),
    above === Number.NEGATIVE_INFINITY ? value : above + nudge,
  )
  fitted = Math.min(
    fitted,
    bound('maximum', fitted),
    below === Number.POSITIVE_INFINITY ? fitted : below - nudge,
  )
  return step === 0 ? fitted : Math.round(fitted / step) * step
}

export function fillBoolean(source: Source, schema: JsonObject, name: string | null): boolean {
  const stated = name === null ? undefined : valueInObjects(source, name)
  if (typeof stated === 'boolean') return stated
  const named = name === null ? null : namedValue(source.text, name)
  if (named !== null && /^(?:true|yes|on|enabled)\b/i.test(named)) return true
  if (named !== null && /^(?:false|no|off|disabled)\b/i.test(named)) return false
  if (typeof schema.default === 'boolean') return schema.default
  const label = name === null ? '' : wordsOfName(name).join('[\\s_-]*')
  return label !== '' && new RegExp(`(?<!not |no |without |un)\\b${label}\\b`, 'i').test(source.text)
}

const FORMATS: Record<string, { find: RegExp; least: string }> = {
  email: { find: /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/, least: 'nobody@example.com' },
  uri: { find: /https?:\/\/[^\s"'<>)\]]+[^\s"'<>)\].,;!?]/, least: 'https://example.com' },
  url: { find: /https?:\/\/[^\s"'<>)\]]+[^\s"'<>)\].,;!?]/, least: 'https://example.com' },
  'date-time': {
    find: /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)/,
    least: '1970-01-01T00:00:00Z',
  },
  date: { find: /\d{4}-\d\d-\d\d/, least: '1970-01-01' },
  time: { find: /\b\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?/, least: '00:00:00Z' },
  uuid: { find: /[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}/i, least: '00000000-0000-0000-0000-000000000000' },
  ipv4: { find: /\b\d{1,3}(?:\.\d{1,3}){3}\b/, least: '192.0.2.1' },
}

export function fillString(source: Source, schema: JsonObject, name: string | null): string {
  const stated = name === null ? undefined : valueInObjects(source, name)
  if (typeof stated === 'string' || typeof stated === 'number') return fitString(schema, String(stated))
  const format = guessFormat(schema, name)
  if (format !== undefined) {
    const found = format.find.exec(source.text)?.[0]
    return found ?? (schema.format === undefined ? (plainString(source, schema, name) ?? '') : format.least)
  }
  return fitString(schema, plainString(source, schema, name) ?? '')
}

function plainString(source: Source, schema: JsonObject, name: string | null): string | undefined {
  const named = name === null ? null : namedValue(source.text, name)
  if (named !== null) return named
  if (typeof schema.default === 'string') return schema.default
  if (name !== null && /expression|formula|calculation/i.test(name)) {
    const sum = /[\d(][\d\s.()+*/^%-]{0,200}[\d)]/.exec(source.text)?.[0].trim()
    if (sum !== undefined) return sum
  }
  const quoted = source.quoted.shift()
  if (quoted !== undefined) return quoted
  if (name !== null && /city|place|location|country|person|author|company|^name$/i.test(name)) {
    const proper = properNames(source.text)[0]
    if (proper !== undefined) return proper
  }
  return source.text.trim()
}

function guessFormat(schema: JsonObject, name: string | null) {
  if (typeof schema.format === 'string') return FORMATS[schema.format]
  const words = name === null ? [] : wordsOfName(name)
  const known = ['email', 'url', 'uri', 'date', 'uuid'].find((format) => words.includes(format))
  return known === undefined ? undefined : FORMATS[known]
}

export function fitString(schema: JsonObject, text: string): string {
  const most = typeof schema.maxLength === 'number' ? schema.maxLength : 2_000
  const least = Math.min(typeof schema.minLength === 'number' ? schema.minLength : 0, 2_000)
  const cut = [...text].slice(0, most).join('')
  return cut.padEnd(least, '-')
}

export function fromEnum(source: Source, values: Json[], name: string | null): Json {
  const stated = name === null ? undefined : valueInObjects(source, name)
  if (stated !== undefined && values.includes(stated)) return stated
  const named = name === null ? null : namedValue(source.text, name)
  const chosen = values.find((value) => named !== null && hasWord(named, String(value)))
  if (chosen !== undefined) return chosen
  const there = values.find((value) => value !== null && hasWord(source.text, String(value)))
  if (there !== undefined) return there
  const texts = values.filter((value): value is string => typeof value === 'string')
  return texts.length > 0 ? labelFor(source.text, texts) : (values[0] ?? null)
}

export function typeOf(schema: JsonObject): string {
  const { type } = schema
  if (typeof type === 'string') return type
  if (Array.isArray(type)) return String(type.find((one) => one !== 'null') ?? 'null')
  if (isObject(schema.properties)) return 'object'
  return schema.items === undefined ? 'string' : 'array'
}
