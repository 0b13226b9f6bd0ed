// Values from a JSON Schema: valid ones, for requests that must pass validation.
import * as z from 'zod'
import type { Random } from './random.ts'

export type JsonSchema = {
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  allOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: boolean | JsonSchema
  items?: JsonSchema
  minItems?: number
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  format?: string
  pattern?: string
  $ref?: string
  $defs?: Record<string, JsonSchema>
}

const jsonSchemas = new WeakMap<z.ZodType, JsonSchema>()

export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const known = jsonSchemas.get(schema)
  if (known !== undefined) return known
  const made = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  jsonSchemas.set(schema, made)
  return made
}

const BY_FORMAT: Record<string, () => string> = {
  email: () => `sample-${crypto.randomUUID()}@example.com`,
  uri: () => 'https://example.com/sample',
  uuid: () => crypto.randomUUID(),
  date: () => '2026-01-31',
  'date-time': () => '2096-01-31T12:00:00.000Z',
}

/** Values by field name, if the schema is not specific enough. */
const BY_NAME: [RegExp, () => string][] = [
  [/password/i, () => 'Correct-Horse-7'],
  [/^email$/i, () => `sample-${crypto.randomUUID()}@example.com`],
  [/(url|uri)$/i, () => 'https://example.com/sample'],
  [/(At|from|to|since|until)$/, () => '2096-01-31T12:00:00.000Z'],
]

export function makeValue(schema: JsonSchema, random: Random, root = schema, name = ''): unknown {
  if (schema.$ref !== undefined) {
    const target = schema.$ref === '#' ? root : root.$defs?.[schema.$ref.replace('#/$defs/', '')]
    return makeValue(target ?? {}, random, root, name)
  }
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return random.pick(schema.enum)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return makeValue(random.pick(choices), random, root, name)
  if (schema.allOf !== undefined) return makeValue(Object.assign({}, ...schema.allOf), random, root, name)
  const type = Array.isArray(schema.type) ? random.pick(schema.type) : schema.type
  if (type === 'object' || schema.properties !== undefined) return makeObject(schema, random, root)
  if (type === 'array')
    return Array.from({ length: Math.max(schema.minItems ?? 0, random.below(3)) }, () =>
      makeValue(schema.items ?? {}, random, root, name),
    )
  if (type === 'integer' || type === 'number') return makeNumber(schema, random)
  if (type === 'boolean') return random.chance(0.5)
  if (type === 'null') return null
  return makeText(schema, name, random)
}

function makeObject(schema: JsonSchema, random: Random, root: JsonSchema): Record<string, unknown> {
  const fields = Object.entries(schema.properties ?? {}).filter(
    ([name]) => schema.required?.includes(name) || random.chance(0.5),
  )
  return Object.fromEntries(fields.map(([name, inner]) => [name, makeValue(inner, random, root, name)]))
}

function makeNumber({ minimum, maximum, exclusiveMinimum }: JsonSchema, random: Random): number {
  const low = Math.max(minimum ?? 0, exclusiveMinimum === undefined ? 0 : exclusiveMinimum + 1)
  return Math.min(maximum ?? 100, low + random.below(10))
}

function makeText(
  { format, minLength = 0, maxLength = 1000 }: JsonSchema,
  name: string,
  random: Random,
): string {
  const known = BY_FORMAT[format ?? ''] ?? BY_NAME.find(([pattern]) => pattern.test(name))?.[1]
  // The schema of a transformed text does not describe it, so it is sometimes guessed.
  if (known && (format !== undefined || random.chance(0.8))) return known()
  if (random.chance(0.2)) return random.pick(Object.values(BY_FORMAT))()
  return 'sample'.padEnd(Math.min(minLength, 1000), 'x').slice(0, maxLength)
}
