// Values for a JSON Schema, taken from a text: first values that the text names, then values of the right type, then
// the smallest valid value. Deterministic: the same schema and text give the same value.

import type { Json } from '../../../core/json.ts'
import { valueAt } from '../../../engine/json-schema/pointer.ts'
import { isObject, type JsonObject } from '../../../engine/json-schema/types.ts'
import { objectsIn } from './objects-in.ts'
import { labelFor, namedValue, numbersOf, quotedOf, sentencesOf, wordsOfName } from './words.ts'

type Source = {
  root: JsonObject
  text: string
  /** JSON objects in the text. */
  objects: Record<string, Json>[]
  numbers: number[]
  quoted: string[]
  /** How many schemas may still be filled. A schema may refer to itself. */
  left: number
}

const MAX_FILLED = 2_000
const MAX_DEPTH = 12

export function fillSchema(schema: unknown, text: string): Json {
  const root = isObject(schema) ? schema : {}
  const source: Source = {
    root,
    text,
    objects: objectsIn(text),
    numbers: numbersOf(text),
    quoted: quotedOf(text),
    left: MAX_FILLED,
  }
  return fill(source, root, null, 0) ?? null
}

/** Undefined if the text has no value and none is required. */
function fill(source: Source, given: unknown, name: string | null, depth: number): Json | undefined {
  source.left -= 1
  const schema = resolve(source.root, given)
  if (source.left < 0 || depth > MAX_DEPTH) return leastOf(schema)
  if ('const' in schema) return schema.const as Json
  if (Array.isArray(schema.enum)) return fromEnum(source, schema.enum as Json[], name)
  const branch = firstBranch(source, schema)
  if (branch !== null) return fill(source, branch, name, depth + 1)
  switch (typeOf(schema)) {
    case 'object':
      return fillObject(source, schema, name, depth)
    case 'array':
      return fillArray(source, schema, name, depth)
    case 'integer':
    case 'number':
      return fillNumber(source, schema, name)
    case 'boolean':
      return fillBoolean(source, schema, name)
    case 'null':
      return null
    default:
      return fillString(source, schema, name)
  }
}

function fillObject(source: Source, schema: JsonObject, name: string | null, depth: number): Json {
  const stated = name === null ? undefined : valueInObjects(source, name)
  if (isObject(stated)) return stated as Json
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  const filled: Record<string, Json> = {}
  for (const [key, inner] of Object.entries(isObject(schema.properties) ? schema.properties : {})) {
    if (!required.has(key) && !isNamed(source, key)) continue
    const value = fill(source, inner, key, depth + 1)
    if (value !== undefined) filled[key] = value
  }
  for (const key of required)
    if (typeof key === 'string' && !(key in filled)) filled[key] = namedValue(source.text, key) ?? ''
  return filled
}

const isNamed = (source: Source, key: string): boolean =>
  valueInObjects(source, key) !== undefined || namedValue(source.text, key) !== null

function fillArray(source: Source, schema: JsonObject, name: string | null, depth: number): Json {
  const stated = name === null ? undefined : valueInObjects(source, name)
  if (Array.isArray(stated)) return stated
  const items = resolve(source.root, schema.items)
  const type = typeOf(items)
  const least = Math.max(0, Number(schema.minItems ?? 0))
  const most = Math.min(50, Number(schema.maxItems ?? 50))
  const named = name === null ? null : namedList(source.text, name)
  let list: Json[] = []
  if (type === 'number' || type === 'integer')
    list = named === null ? source.numbers.splice(0) : numbersOf(named.join(' '))
  else if (type === 'string' && Array.isArray(items.enum))
    list = (items.enum as Json[]).filter((one) => hasWord(source.text, String(one)))
  else if (type === 'string') {
    const texts = named ?? source.quoted.splice(0)
    const found = texts.length >= least ? texts : [...texts, ...sentencesFor(source.text, name)]
    list = [...new Set(found)].map((text) => fitString(items, text))
  } else if (type === 'object') {
    const one = fill(source, items, singular(name), depth + 1)
    if (one !== undefined && Object.keys(one as object).length > 0) list = [one]
  }
  list = list.slice(0, most)
  while (list.length < Math.min(least, 50)) list.push(leastOf(items))
  return list
}

/** For a list of texts without values in the prompt: its sentences, or only its questions if it has any. */
function sentencesFor(text: string, name: string | null): string[] {
  const sentences = sentencesOf(text)
  const asking = sentences.filter((sentence) => sentence.endsWith('?'))
  return name !== null && /question/i.test(name) && asking.length > 0 ? asking : sentences
}

/** `names: a, b and c` */
function namedList(text: string, name: string): string[] | null {
  const label = wordsOfName(name).join('[\\s_.-]*')
  if (label === '') return null
  const found = new RegExp(
    `(?<![\\p{L}\\p{N}])${label}\\s*(?::|=|\\bare\\b)\\s*\\[?([^\\n.;\\]]+)`,
    'iu',
  ).exec(text)
  const list = found?.[1]?.split(/,|\band\b/).map((one) => one.trim().replace(/^["'`]|["'`]$/g, ''))
  return list?.filter((one) => one !== '') ?? null
}

const singular = (name: string | null): string | null => name?.replace(/s$/, '') ?? null

function fillNumber(source: Source, schema: JsonObject, name: string | null): number {
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

function fitNumber(schema: JsonObject, value: number): number {
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

function fillBoolean(source: Source, schema: JsonObject, name: string | null): boolean {
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

function fillString(source: Source, schema: JsonObject, name: string | null): string {
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

/** Capitalised words inside a sentence. */
const properNames = (text: string): string[] =>
  [...text.matchAll(/(?<=[\p{Ll}\p{N},]\s)\p{Lu}[\p{L}'-]+(?:\s\p{Lu}[\p{L}'-]+)*/gu)].map(([name]) => name)

function guessFormat(schema: JsonObject, name: string | null) {
  if (typeof schema.format === 'string') return FORMATS[schema.format]
  const words = name === null ? [] : wordsOfName(name)
  const known = ['email', 'url', 'uri', 'date', 'uuid'].find((format) => words.includes(format))
  return known === undefined ? undefined : FORMATS[known]
}

function fitString(schema: JsonObject, text: string): string {
  const most = typeof schema.maxLength === 'number' ? schema.maxLength : 2_000
  const least = Math.min(typeof schema.minLength === 'number' ? schema.minLength : 0, 2_000)
  const cut = [...text].slice(0, most).join('')
  return cut.padEnd(least, '-')
}

function fromEnum(source: Source, values: Json[], name: string | null): Json {
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

const hasWord = (text: string, word: string): boolean =>
  word !== '' &&
  new RegExp(
    `(?<![\\p{L}\\p{N}])${word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\p{L}\\p{N}])`,
    'iu',
  ).test(text)

/** The smallest value that a schema allows, without using the text. */
function leastOf(schema: JsonObject): Json {
  if ('const' in schema) return schema.const as Json
  if (Array.isArray(schema.enum)) return (schema.enum[0] as Json) ?? null
  if ('default' in schema) return schema.default as Json
  switch (typeOf(schema)) {
    case 'object':
      return {}
    case 'array':
      return []
    case 'integer':
    case 'number':
      return fitNumber(schema, 0)
    case 'boolean':
      return false
    case 'null':
      return null
    default:
      return fitString(schema, '')
  }
}

function typeOf(schema: JsonObject): string {
  const { type } = schema
  if (typeof type === 'string') return type
  if (Array.isArray(type)) return String(type.find((one) => one !== 'null') ?? 'null')
  if (isObject(schema.properties)) return 'object'
  return schema.items === undefined ? 'string' : 'array'
}

/** Of alternatives, the one whose properties the text mentions most. Parts of `allOf` are combined. */
function firstBranch(source: Source, schema: JsonObject): JsonObject | null {
  if (Array.isArray(schema.allOf)) {
    const { allOf: _allOf, ...rest } = schema
    const parts = [...schema.allOf.map((part) => resolve(source.root, part)), rest]
    return {
      ...Object.assign({}, ...parts),
      properties: Object.assign({}, ...parts.map(({ properties }) => properties)),
      required: parts.flatMap(({ required }) => (Array.isArray(required) ? required : [])),
    }
  }
  const branches = schema.anyOf ?? schema.oneOf
  if (!Array.isArray(branches)) return null
  const { anyOf: _anyOf, oneOf: _oneOf, ...rest } = schema
  const scored = branches
    .map((branch) => ({ ...rest, ...resolve(source.root, branch) }) as JsonObject)
    .filter((branch) => branch.type !== 'null')
    .map((branch) => ({
      branch,
      score: Object.keys(isObject(branch.properties) ? branch.properties : {}).filter((key) =>
        isNamed(source, key),
      ).length,
    }))
  return scored.reduce(
    (best, one) => (one.score > best.score ? one : best),
    scored[0] ?? { branch: {}, score: 0 },
  ).branch
}

function resolve(root: JsonObject, schema: unknown): JsonObject {
  let target = schema
  for (let hops = 0; hops < 10 && isObject(target) && typeof target.$ref === 'string'; hops++)
    target = valueAt(root, target.$ref)
  return isObject(target) ? target : {}
}

function valueInObjects({ objects }: Source, name: string): Json | undefined {
  for (const object of objects) if (Object.hasOwn(object, name)) return object[name]
  return undefined
}
