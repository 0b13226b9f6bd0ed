/** A JSON Schema as users write it: anything, until `compileSchema` has looked at it. */
export type Schema = boolean | { readonly [keyword: string]: unknown }

/** What is wrong with a value. `path` is a JSON Pointer into the value, `code` the keyword that was broken. */
export type ValueProblem = { path: string; code: string; message: string }

/** What is wrong with a schema. `path` is a JSON Pointer into the schema. */
export type SchemaProblem = {
  path: string
  code:
    | 'schema.invalid'
    | 'schema.ref'
    | 'schema.loop'
    | 'schema.unsupported'
    | 'schema.pattern'
    | 'schema.limit'
  message: string
}

/** A pattern ready to be tried; `cost` is what one character of the text takes from the budget. */
export type Pattern = { test: (text: string) => boolean; cost: number }

/** A schema found valid and within limits, with everything resolved that a check needs. */
export type CompiledSchema = {
  root: Schema
  /** By the text of the `$ref`. */
  refs: ReadonlyMap<string, Schema>
  /** By the text of the regular expression. */
  patterns: ReadonlyMap<string, Pattern>
}

export const LIMITS = {
  /** Nesting of the schema as JSON. */
  schemaDepth: 64,
  /** Values in the schema, keys counted too. */
  schemaNodes: 20_000,
  /** Characters of all strings and keys of the schema. */
  schemaChars: 512_000,
  patternChars: 1_000,
  /** Instructions of one compiled pattern, and of all patterns of a schema. */
  patternSize: 2_500,
  patternsSize: 10_000,
  patterns: 500,
  /** Schemas applied inside one another while a value is checked; only recursive references come near. */
  checkDepth: 256,
  /** Steps one check may take: a subschema applied to a value, a key looked at, and so on. */
  checkSteps: 2_000_000,
  problems: 50,
} as const

export type JsonType = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object'

/** null for what JSON cannot hold: undefined, NaN, a function. */
export function typeOf(value: unknown): JsonType | null {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  const type = typeof value
  if (type === 'number') return Number.isFinite(value) ? 'number' : null
  return type === 'boolean' || type === 'string' || type === 'object' ? type : null
}

export type JsonObject = { readonly [key: string]: unknown }

export const isObject = (value: unknown): value is JsonObject => typeOf(value) === 'object'

/** A property of its own only: `constructor` and `__proto__` in a value are names like any other. */
export const own = (object: JsonObject, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined

export const pointerPart = (key: string | number): string =>
  `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
