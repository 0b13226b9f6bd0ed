import { isObject, typeOf } from './types.ts'

/** The required value of a keyword, so that the checker may rely on it. */
type Kind =
  | 'schema'
  | 'schemas'
  | 'schemaMap'
  | 'count'
  | 'number'
  | 'text'
  | 'flag'
  | 'names'
  | 'nameMap'
  | 'any'

const JSON_TYPES = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object']

export const KEYWORDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...['additionalProperties', 'propertyNames', 'items', 'contains', 'not', 'if', 'then', 'else'].map(
    (name) => [name, 'schema'] as const,
  ),
  ...['allOf', 'anyOf', 'oneOf', 'prefixItems'].map((name) => [name, 'schemas'] as const),
  ...['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions'].map(
    (name) => [name, 'schemaMap'] as const,
  ),
  ...[
    'minLength',
    'maxLength',
    'minItems',
    'maxItems',
    'minContains',
    'maxContains',
    'minProperties',
    'maxProperties',
  ].map((name) => [name, 'count'] as const),
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'].map(
    (name) => [name, 'number'] as const,
  ),
  ...['pattern', 'format', '$ref', '$anchor', '$id', '$schema', '$comment', 'title', 'description'].map(
    (name) => [name, 'text'] as const,
  ),
  ['uniqueItems', 'flag'],
  ['required', 'names'],
  ['dependentRequired', 'nameMap'],
  ['type', 'any'],
  ['enum', 'any'],
  ['const', 'any'],
])

/** Keywords that affect validity and are not supported. They are rejected, so that no rule is silently ignored. */
export const UNSUPPORTED: ReadonlyMap<string, string> = new Map([
  ['$dynamicRef', 'use $ref'],
  ['$recursiveRef', 'use $ref'],
  ['unevaluatedProperties', 'use additionalProperties'],
  ['unevaluatedItems', 'use items beside prefixItems'],
  ['additionalItems', 'use items beside prefixItems'],
  ['dependencies', 'use dependentRequired or dependentSchemas'],
])

const isNames = (value: unknown): boolean =>
  Array.isArray(value) && value.every((v) => typeof v === 'string') && new Set(value).size === value.length

const isSchema = (value: unknown): boolean => typeof value === 'boolean' || isObject(value)

const isType = (value: unknown): boolean => typeof value === 'string' && JSON_TYPES.includes(value)

/** The expected value of a keyword. Null if its value is valid. */
export function expectedOf(keyword: string, value: unknown): string | null {
  if (keyword === 'type')
    return isType(value) ||
      (isNames(value) && (value as unknown[]).length > 0 && (value as unknown[]).every(isType))
      ? null
      : `one of ${JSON_TYPES.join(', ')}, or a list of them`
  if (keyword === 'enum') return Array.isArray(value) && value.length > 0 ? null : 'a list of values'
  if (keyword === 'multipleOf')
    return typeOf(value) === 'number' && (value as number) > 0 ? null : 'a number above 0'
  switch (KEYWORDS.get(keyword)) {
    case 'schema':
      if (keyword === 'items' && Array.isArray(value))
        return 'a schema (a list of schemas stands in prefixItems)'
      return isSchema(value) ? null : 'a schema: an object, true or false'
    case 'schemas':
      return Array.isArray(value) && value.length > 0 && value.every(isSchema) ? null : 'a list of schemas'
    case 'schemaMap':
      return isObject(value) && Object.values(value).every(isSchema) ? null : 'an object of schemas'
    case 'count':
      return Number.isInteger(value) && (value as number) >= 0 ? null : 'a whole number from 0'
    case 'number':
      return typeOf(value) === 'number' ? null : 'a number'
    case 'text':
      return typeof value === 'string' ? null : 'a text'
    case 'flag':
      return typeof value === 'boolean' ? null : 'true or false'
    case 'names':
      return isNames(value) ? null : 'a list of different names'
    case 'nameMap':
      return isObject(value) && Object.values(value).every(isNames) ? null : 'an object of lists of names'
    default:
      return null
  }
}

/** The schemas directly below a schema, each with its path. */
export function* childrenOf(schema: { readonly [keyword: string]: unknown }): Generator<{
  keyword: string
  part: string | number | null
  schema: unknown
}> {
  for (const [keyword, value] of Object.entries(schema)) {
    const kind = KEYWORDS.get(keyword)
    if (kind === 'schema') yield { keyword, part: null, schema: value }
    else if (kind === 'schemas' && Array.isArray(value))
      for (const [part, child] of value.entries()) yield { keyword, part, schema: child }
    else if (kind === 'schemaMap' && isObject(value))
      for (const [part, child] of Object.entries(value)) yield { keyword, part, schema: child }
  }
}
