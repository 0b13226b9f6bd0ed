// Improves the generated document where the validation schemas are too loose: the real types of values that a compiler checks, JSON
// values as `{}`, a description for every field, and an example for every body.
import { FIELD_TEXTS } from './field-texts.ts'

export type JsonSchema = { [keyword: string]: unknown }
export type Schemas = Record<string, JsonSchema>

const REF = '#/components/schemas/'

/** The compiler checks these and reports all problems at once; they are documented as the types it accepts. */
const REPLACED_BY: Record<string, string> = {
  WorkflowDefinitionInput: 'WorkflowDefinition',
  TriggersInput: 'Triggers',
}
const ANY_JSON = 'JsonValue'

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Keywords whose values are data or lists of names, not schemas. */
const DATA = new Set(['example', 'examples', 'default', 'const', 'enum', 'required'])

export function tidy(schema: JsonSchema): JsonSchema {
  const { $ref, ...rest } = mapSchemas(schema, tidy)
  // Tools that read patterns without the `u` flag do not support Unicode classes.
  if (/\\p\{/i.test(String(rest.pattern ?? ''))) delete rest.pattern
  if (isObject(rest.properties))
    rest.properties = Object.fromEntries(
      Object.entries(rest.properties).map(([name, field]) => [name, described(name, field as JsonSchema)]),
    )
  if (typeof $ref === 'string') {
    const name = $ref.slice(REF.length)
    return name === ANY_JSON ? rest : { $ref: `${REF}${REPLACED_BY[name] ?? name}`, ...rest }
  }
  // Null is a JSON value too.
  for (const choice of ['anyOf', 'oneOf'])
    if (Array.isArray(rest[choice]) && rest[choice].some((one) => isObject(one) && isAny(one)))
      delete rest[choice]
  return rest
}

/** Whether another schema replaces this one in the document. */
export const isReplaced = (name: string): boolean => name === ANY_JSON || name in REPLACED_BY

export const described = (name: string, schema: JsonSchema): JsonSchema =>
  'description' in schema || FIELD_TEXTS[name] === undefined
    ? schema
    : { ...schema, description: FIELD_TEXTS[name] }

const isAny = (schema: JsonSchema): boolean => Object.keys(schema).every((key) => key === 'description')

function mapSchemas(schema: JsonSchema, change: (inner: JsonSchema) => JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (DATA.has(key)) return [key, value]
      if (key === 'properties' && isObject(value))
        return [
          key,
          Object.fromEntries(
            Object.entries(value).map(([name, field]) => [name, change(field as JsonSchema)]),
          ),
        ]
      if (Array.isArray(value)) return [key, value.map((one) => (isObject(one) ? change(one) : one))]
      return [key, isObject(value) ? change(value) : value]
    }),
  )
}

const SAMPLE_DEFINITION = {
  nodes: [{ id: 'greet', type: 'data.set', params: { values: { text: 'Hello {{ input.name }}' } } }],
  output: '{{ nodes.greet.text }}',
}

const BY_NAME: Record<string, unknown> = {
  email: 'ada@example.com',
  password: 'Correct-Horse-7',
  newPassword: 'Correct-Horse-8',
  currentPassword: 'Correct-Horse-7',
  name: 'Observatory',
  workflowId: 'wf_01jz8q2v9m3c5t7x1k4n6p8r0s',
  definition: SAMPLE_DEFINITION,
  triggers: [{ type: 'schedule', cron: '0 9 * * *', timezone: 'Europe/Berlin' }],
  input: { name: 'Ada' },
  scopes: ['workflows:read'],
  role: 'member',
  plan: 'free',
  token: 'q3Jt5cQn0Vw8mZ2rYb6xKf1uHs4pLd7gEa9iTo0jNwM',
  currency: 'EUR',
  code: '123456',
  mfaCode: '123456',
  values: { region: 'eu' },
}

const BY_FORMAT: Record<string, string> = {
  email: 'ada@example.com',
  uri: 'https://example.com/callback',
  date: '2026-01-31',
  'date-time': '2026-01-31T12:00:00.000Z',
}

/** A value that the schema accepts: with the required fields, or with the first field if there are none. */
export function exampleOf(schema: JsonSchema, schemas: Schemas, name = ''): unknown {
  // zod keeps `example` but drops `examples` for schemas with transforms.
  if ('example' in schema) return schema.example
  if (Array.isArray(schema.examples) && schema.examples.length > 0) return schema.examples[0]
  if ('default' in schema) return schema.default
  if ('const' in schema) return schema.const
  if (Array.isArray(schema.enum)) return schema.enum[0]
  if (name in BY_NAME) return BY_NAME[name]
  if (typeof schema.$ref === 'string') {
    const target = schema.$ref.slice(REF.length)
    if (target === 'WorkflowDefinition') return SAMPLE_DEFINITION
    return exampleOf(schemas[target] ?? {}, schemas, name)
  }
  const [choice] = [schema.anyOf, schema.oneOf].flatMap((one) => (Array.isArray(one) ? one : []))
  if (isObject(choice))
    return exampleOf({ ...choice, ...(isObject(schema.properties) ? schema : {}) }, schemas, name)
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  if (type === 'object' || isObject(schema.properties)) return exampleObject(schema, schemas)
  if (type === 'array')
    return [exampleOf((schema.items ?? {}) as JsonSchema, schemas, name.replace(/s$/, ''))]
  if (type === 'integer' || type === 'number')
    return Math.max(
      Number(schema.minimum ?? 1),
      Number(schema.exclusiveMinimum ?? 0) + (type === 'integer' ? 1 : 0),
    )
  if (type === 'boolean') return true
  if (type === 'null') return null
  if (type !== 'string') return { any: 'JSON' }
  const known = BY_FORMAT[String(schema.format)] ?? (/url$/i.test(name) ? BY_FORMAT.uri : undefined)
  return (
    known ?? 'sample'.padEnd(Number(schema.minLength ?? 0), '-').slice(0, Number(schema.maxLength ?? 1_000))
  )
}

function exampleObject(schema: JsonSchema, schemas: Schemas): Record<string, unknown> {
  const properties = Object.entries((schema.properties ?? {}) as Schemas)
  const required = (schema.required ?? []) as string[]
  const shown =
    required.length > 0 ? properties.filter(([name]) => required.includes(name)) : properties.slice(0, 1)
  return Object.fromEntries(shown.map(([name, field]) => [name, exampleOf(field, schemas, name)]))
}
