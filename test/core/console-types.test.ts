// The console's types of the contract.
import { expect, test } from 'vitest'
import contract from '../../docs/openapi.json' with { type: 'json' }
import { contractTypes } from '../../scripts/console/types.ts'

const typesOf = (parts: object): string => contractTypes({ paths: {}, components: { schemas: {} }, ...parts })

test.each([
  [{ type: 'string', enum: ['a', 'b'] }, '"a" | "b"'],
  [{ type: ['string', 'null'] }, '(string | null)'],
  [{ anyOf: [{ $ref: '#/components/schemas/Team' }, { type: 'null' }] }, "(Schemas['Team'] | null)"],
  [{ type: 'array', items: { type: 'integer' } }, '(number)[]'],
  [
    { type: 'object', properties: { a: { type: 'boolean' }, 'b-c': {} }, required: ['a'] },
    '{ a: boolean; "b-c"?: unknown }',
  ],
  [{ type: 'object', additionalProperties: { type: 'number' } }, 'Record<string, number>'],
  [{ const: true }, 'true'],
  [{}, 'unknown'],
])('%j is %s', (schema, type) => {
  expect(typesOf({ components: { schemas: { Thing: schema } } })).toContain(`  Thing: ${type}\n`)
})

test('an endpoint has its query, its body and its answer', () => {
  const json = (schema: object) => ({ content: { 'application/json': { schema } } })
  const operation = {
    parameters: [
      { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
      { name: 'limit', in: 'query', schema: { type: 'integer' } },
    ],
    requestBody: json({ $ref: '#/components/schemas/CreateThing' }),
    responses: { 201: json({ $ref: '#/components/schemas/Thing' }), default: json({}) },
  }
  expect(typesOf({ paths: { '/api/v1/things/{id}': { post: operation } } })).toContain(
    "'POST /things/{id}': { query: { limit?: number }; body: Schemas['CreateThing']; answer: Schemas['Thing'] }",
  )
})

test('every operation of the contract has a type', () => {
  const types = contractTypes(contract as never)
  for (const [path, methods] of Object.entries(contract.paths))
    for (const method of Object.keys(methods))
      expect(types).toContain(`'${method.toUpperCase()} ${path.replace('/api/v1', '')}'`)
})
