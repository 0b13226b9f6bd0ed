// Adapts a JSON Schema to what a provider accepts. Pure: the same schema gives the same text. Invariants:
// 1. Every value that is valid for the original schema is valid for the adapted one, so no correct call becomes
//    impossible.
// 2. The root has `type: object` and no union, because no provider accepts another root.
import { valueAt } from '../../../engine/json-schema/pointer.ts'
import { isObject, type JsonObject } from '../../../engine/json-schema/types.ts'
import { isProvider, type JsonSchema } from '../types.ts'
import { DROPPED, PROFILES, type SchemaProfile } from './profiles.ts'

/** How often a schema may be inside itself when references are inlined. */
const MAX_UNROLLED = 3

/** What was left out or relaxed, for people. `path` is a JSON Pointer into the schema. */
export type Loosened = { path: string; message: string }

type AdaptContext = {
  profile: SchemaProfile
  root: JsonObject
  /** References that are being inlined. */
  open: string[]
  /** How many schemas may still be written: references to each other could grow without end. */
  left: number
  loosened: Loosened[]
}

const MAX_SCHEMAS = 5_000

export const adaptSchema = (provider: string, schema: JsonSchema): JsonObject =>
  adaptAndReport(provider, schema).schema

export function adaptAndReport(
  provider: string,
  schema: JsonSchema,
): { schema: JsonObject; loosened: Loosened[] } {
  const profile = PROFILES[isProvider(provider) ? provider : 'openai-compatible']
  const context: AdaptContext = { profile, root: schema, open: [], left: MAX_SCHEMAS, loosened: [] }
  const whole = adapt(context, schema, '', 0)
  return { schema: objectRoot(isObject(whole) ? whole : {}, context), loosened: context.loosened }
}

function adapt(context: AdaptContext, schema: unknown, path: string, depth: number): unknown {
  const { profile } = context
  if (schema === true) return {}
  if (schema === false) return profile.keywords === null ? { not: {} } : {}
  if (!isObject(schema)) return {}
  if (depth > profile.maxDepth) {
    loosen(context, path, `is nested deeper than ${profile.maxDepth}`)
    return {}
  }
  context.left -= 1
  if (context.left < 0) {
    if (context.left === -1) loosen(context, path, 'is too large once its references are written out')
    return {}
  }
  const ref = schema.$ref
  if (typeof ref === 'string' && !profile.refs) return writtenOut(context, schema, ref, path, depth)
  const result: Record<string, unknown> = {}
  for (const [keyword, value] of Object.entries(schema)) {
    const at = `${path}/${keyword}`
    if (DROPPED.has(keyword) || (keyword === 'definitions' && !profile.refs)) continue
    if (keyword === 'nullable') continue
    if (keyword === 'const' && profile.keywords !== null && !profile.keywords.has('const')) {
      result.enum = [value]
      continue
    }
    const name = keyword === 'definitions' ? '$defs' : keyword
    if (profile.keywords !== null && !profile.keywords.has(name)) {
      if (name !== 'default' && name !== '$defs') loosen(context, at, 'is not sent to this provider')
      continue
    }
    if (keyword === 'format' && profile.formats !== null && !profile.formats.has(String(value))) {
      loosen(context, at, `${JSON.stringify(value)} is not sent to this provider`)
      continue
    }
    const isLooser = keyword === 'oneOf' && profile.keywords !== null
    // Branches with fewer keywords may overlap.
    if (isLooser) result.anyOf ??= adaptKeyword(context, keyword, value, at, depth)
    else result[name] = adaptKeyword(context, keyword, value, at, depth)
  }
  if (result.$ref !== undefined && typeof result.$ref === 'string')
    result.$ref = result.$ref.replace(/^#\/definitions\//, '#/$defs/')
  return result
}

const OF_SCHEMAS = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions'])
const LISTS = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems'])
const SINGLE = new Set(['items', 'not', 'if', 'then', 'else', 'contains', 'propertyNames'])

function adaptKeyword(
  context: AdaptContext,
  keyword: string,
  value: unknown,
  at: string,
  depth: number,
): unknown {
  if (OF_SCHEMAS.has(keyword) && isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [
        name,
        adapt(context, inner, `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1),
      ]),
    )
  if (LISTS.has(keyword) && Array.isArray(value))
    return value.map((inner, index) => adapt(context, inner, `${at}/${index}`, depth + 1))
  if (SINGLE.has(keyword)) return adapt(context, value, at, depth + 1)
  // Unlike in other places, every provider supports `false` here.
  if (keyword === 'additionalProperties')
    return typeof value === 'boolean' ? value : adapt(context, value, at, depth + 1)
  return value
}

function writtenOut(
  context: AdaptContext,
  schema: JsonObject,
  ref: string,
  path: string,
  depth: number,
): unknown {
  const times = context.open.filter((one) => one === ref).length
  if (times >= MAX_UNROLLED) {
    loosen(context, path, `refers to itself; it is expanded ${MAX_UNROLLED} times`)
    return {}
  }
  const { $ref: _ref, ...siblings } = schema
  context.open.push(ref)
  const target = adapt(context, valueAt(context.root, ref), path, depth)
  context.open.pop()
  const own = adapt(context, siblings, path, depth)
  return { ...(isObject(target) ? target : {}), ...(isObject(own) ? own : {}) }
}

/**
 * Converts alternatives at the root to one object with the properties of all. Only properties that all of them
 * require are required.
 */
function objectRoot(schema: JsonObject, context: AdaptContext): JsonObject {
  const resolved = rootTarget(schema)
  const { oneOf, anyOf, allOf, not, if: _if, then: _then, else: _else, enum: _enum, ...rest } = resolved
  const unions = [oneOf, anyOf].filter((list): list is unknown[] => Array.isArray(list))
  const all = Array.isArray(allOf) ? allOf.filter(isObject) : []
  if (unions.length + all.length > 0)
    loosen(context, '', 'has alternatives or parts at its root, which are sent as one object')
  const properties: Record<string, unknown> = {}
  const required = new Set<string>(namesOf(rest.required))
  let isClosed = rest.additionalProperties === false
  for (const part of all) {
    Object.assign(properties, isObject(part.properties) ? part.properties : {})
    for (const name of namesOf(part.required)) required.add(name)
  }
  for (const union of unions) {
    const branches = union.map((branch) => rootTarget(isObject(branch) ? branch : {}, schema))
    for (const branch of branches)
      for (const [name, inner] of Object.entries(isObject(branch.properties) ? branch.properties : {}))
        properties[name] =
          name in properties && JSON.stringify(properties[name]) !== JSON.stringify(inner) ? {} : inner
    const [first = [], ...others] = branches.map((branch) => namesOf(branch.required))
    for (const name of first) if (others.every((names) => names.includes(name))) required.add(name)
    isClosed = false
  }
  Object.assign(properties, isObject(rest.properties) ? rest.properties : {})
  const { additionalProperties, ...plain } = rest
  return {
    ...plain,
    type: 'object',
    properties,
    ...(required.size === 0 ? {} : { required: [...required] }),
    ...(additionalProperties === undefined || (additionalProperties === false && !isClosed)
      ? {}
      : { additionalProperties }),
  }
}

/** For a root that is only a reference: the schema that it refers to, together with the definitions. */
function rootTarget(schema: JsonObject, root: JsonObject = schema): JsonObject {
  if (typeof schema.$ref !== 'string') return schema
  const target = valueAt(root, schema.$ref)
  const { $ref: _ref, ...siblings } = schema
  return isObject(target) && typeof target.$ref !== 'string' ? { ...target, ...siblings } : siblings
}

const namesOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string') : []

const loosen = ({ loosened }: AdaptContext, path: string, message: string): void => {
  if (loosened.length < 50) loosened.push({ path, message })
}
