// The JSON Schema of a workflow file, for editors. It accepts everything that import accepts, including problems that only the
// compiler finds.
import * as z from 'zod'
import { Body, Definition, Edge, Node, Triggers } from '../../../engine/model/definition.ts'
import { describeNodeTypes, type NodeTypeDescription } from '../../../nodes/describe.ts'
import { EXPRESSION, type JsonSchema, openParts } from '../../../nodes/open-schema.ts'
import { ReadDocument } from './document.ts'

const ref = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` })
const listOf = (name: string, more: JsonSchema = {}): JsonSchema => ({
  type: 'array',
  ...more,
  items: ref(name),
})

export function workflowFileSchema(id: string): JsonSchema {
  const types = describeNodeTypes()
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: id,
    title: 'Orrery workflow',
    description: 'A workflow with its name and triggers, or a definition alone.',
    type: 'object',
    if: { required: ['definition'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: ref('document'),
    else: ref('definition'),
    $defs: withInnerDefs({
      document: withParts(ReadDocument, { definition: ref('definition'), triggers: listOf('trigger') }),
      definition: withParts(Definition, { nodes: listOf('node'), edges: listOf('edge') }),
      node: nodeSchema(types),
      edge: jsonSchema(Edge),
      trigger: jsonSchema(Triggers.element),
      ...Object.fromEntries(types.map((one) => [`params.${one.type}`, paramsSchema(one)])),
      expression: EXPRESSION,
    }),
  }
}

/** References point to the definitions of the whole document, so each part needs them too. */
function withInnerDefs(parts: Record<string, JsonSchema>): Record<string, JsonSchema> {
  const all: Record<string, JsonSchema> = {}
  for (const [name, { $defs, ...part }] of Object.entries(parts)) {
    all[name] = part
    for (const [inner, schema] of Object.entries(($defs ?? {}) as Record<string, JsonSchema>))
      all[inner] ??= withoutId(schema)
  }
  return all
}

const withoutId = ({ id: _id, ...rest }: JsonSchema): JsonSchema => rest

/** An object schema with other schemas for some of its properties, and a `$schema` property. */
function withParts(schema: z.ZodType, parts: Record<string, JsonSchema>): JsonSchema {
  const { properties, ...rest } = jsonSchema(schema)
  const known = properties as Record<string, JsonSchema>
  const described = Object.entries(parts).map(([name, part]) => {
    const description = known[name]?.description
    return [name, description === undefined ? part : { ...part, description }] as const
  })
  return {
    ...rest,
    properties: { $schema: { type: 'string' }, ...known, ...Object.fromEntries(described) },
  }
}

function nodeSchema(types: readonly NodeTypeDescription[]): JsonSchema {
  const { properties, ...rest } = jsonSchema(Node)
  const type = { enum: types.map((one) => one.type), description: 'The type of the node.' }
  return {
    ...rest,
    properties: { ...(properties as Record<string, JsonSchema>), type },
    allOf: types.map((one) => ({
      if: { properties: { type: { const: one.type } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: {
        properties: { type: { description: one.summary }, params: ref(`params.${one.type}`) },
        ...(Array.isArray(one.params.required) ? { required: ['params'] } : {}),
      },
    })),
  }
}

function paramsSchema({ type, params }: NodeTypeDescription): JsonSchema {
  const opened = openParts(params, ref('expression'))
  if (type !== 'flow.group') return opened
  const body = withParts(Body, { nodes: listOf('node'), edges: listOf('edge') })
  return { ...opened, properties: { ...(opened.properties as object), body } }
}

function jsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return withoutId(rest)
}
