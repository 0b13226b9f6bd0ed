// Values for a JSON Schema, taken from a text: first values that the text names, then values of the right type, then
// the smallest valid value. Deterministic: the same schema and text give the same value.
import type { Json } from '../../../core/json.ts'
import { valueAt } from '../../../engine/json-schema/pointer.ts'
import { isObject, type JsonObject } from '../../../engine/json-schema/types.ts'
import { objectsIn } from './objects-in.ts'
import { fillBoolean, fillNumber, fillString, fitNumber, fitString, fromEnum, typeOf } from './scalars.ts'
import { hasWord, namedList, type Source, sentencesFor, singular, valueInObjects } from './source.ts'
import { namedValue, numbersOf, quotedOf } from './words.ts'

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
