// JSON Schemas of parameters as written in a definition, where a string with an expression can replace any value.
export type JsonSchema = { readonly [keyword: string]: unknown }

export const EXPRESSION: JsonSchema = {
  type: 'string',
  pattern: '\\{\\{',
  description: 'An expression, such as `{{ input.total }}`.',
}

const LISTS = ['anyOf', 'oneOf', 'allOf'] as const

/** `expression` is the schema of an expression, or a reference to it. The top-level schema itself is not replaced. */
export function openParts(schema: JsonSchema, expression: JsonSchema): JsonSchema {
  const opened: Record<string, unknown> = { ...schema }
  if (isObject(schema.properties))
    opened.properties = mapValues(schema.properties, (part) => open(part, expression))
  if (isObject(schema.additionalProperties))
    opened.additionalProperties = open(schema.additionalProperties, expression)
  if (isObject(schema.items)) opened.items = open(schema.items, expression)
  // The branch may depend on a value that is an expression, so more than one may match.
  for (const name of LISTS) {
    const branches = schema[name]
    if (!Array.isArray(branches)) continue
    delete opened[name]
    opened[name === 'allOf' ? name : 'anyOf'] = branches.map((branch) => openParts(branch, expression))
  }
  return opened
}

function open(schema: JsonSchema, expression: JsonSchema): JsonSchema {
  if (takesAnyText(schema)) return schema
  const { description, default: byDefault, ...rest } = openParts(schema, expression)
  return {
    ...(description === undefined ? {} : { description }),
    ...(byDefault === undefined ? {} : { default: byDefault }),
    anyOf: [rest, expression],
  }
}

/** Allows any text, or any value at all. */
const takesAnyText = ({ description: _, default: __, ...limits }: JsonSchema): boolean =>
  Object.keys(limits).length === 0 || (limits.type === 'string' && Object.keys(limits).length === 1)

const isObject = (value: unknown): value is Record<string, JsonSchema> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const mapValues = <T, U>(record: Record<string, T>, map: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))
