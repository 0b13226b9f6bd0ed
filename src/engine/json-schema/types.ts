/** A JSON Schema as users write it: any value, until `compileSchema` has checked it. */
export type Schema = boolean | { readonly [keyword: string]: unknown }

/** A problem of a value. `path` is a JSON Pointer into the value, `code` the violated keyword. */
export type ValueProblem = { path: string; code: string; message: string }

/** A problem of a schema. `path` is a JSON Pointer into the schema. */
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

/** A compiled pattern. `cost` is the price of one character of the text. */
export type Pattern = { test: (text: string) => boolean; cost: number }

/** A valid schema within limits, with everything resolved that a check needs. */
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
  /** Values in the schema, including keys. */
  schemaNodes: 20_000,
  /** Characters of all strings and keys of the schema. */
  schemaChars: 512_000,
  patternChars: 1_000,
  /** Instructions of one compiled pattern, and of all patterns of a schema. */
  patternSize: 2_500,
  patternsSize: 10_000,
  patterns: 500,
  /**
   * Schemas that are applied inside one another while a value is checked. Only recursive references come near this
   * limit.
   */
  checkDepth: 256,
  /** Steps of one check: a subschema applied to a value, a key looked at, and so on. */
  checkSteps: 2_000_000,
  problems: 50,
} as const

export type JsonType = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object'

/** Null for values that JSON cannot hold: undefined, NaN, a function. */
export function typeOf(value: unknown): JsonType | null {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  const type = typeof value
  if (type === 'number') return Number.isFinite(value) ? 'number' : null
  return type === 'boolean' || type === 'string' || type === 'object' ? type : null
}

export type JsonObject = { readonly [key: string]: unknown }

export const isObject = (value: unknown): value is JsonObject => typeOf(value) === 'object'

/** Own properties only: `constructor` and `__proto__` in a value are names like any other. */
export const own = (object: JsonObject, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined

export const pointerPart = (key: string | number): string =>
  `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
