// Types of the API for the console, generated from docs/openapi.json: each schema by name, and the query, body and
// response of each endpoint. They are generated before types are checked, and are not committed.
import { readFileSync, writeFileSync } from 'node:fs'
import { inRoot } from '../server/paths.ts'

type Schema = {
  $ref?: string
  const?: unknown
  enum?: unknown[]
  type?: string | string[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean | Schema
}
type Operation = {
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[]
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> }
  responses: Record<string, { content?: Record<string, { schema?: Schema }> }>
}
type Contract = {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

const FILE = 'console/src/api/contract.gen.ts'

/** The prefix of all paths of the API. */
const BASE = /^\/api\/v1/

const METHODS = new Set(['get', 'post', 'put', 'patch', 'delete'])

export function writeContractTypes(): void {
  const contract = JSON.parse(readFileSync(inRoot('docs/openapi.json'), 'utf8')) as Contract
  writeFileSync(inRoot(FILE), contractTypes(contract))
}

export function contractTypes({ paths, components }: Contract): string {
  const schemas = Object.entries(components.schemas).map(([name, schema]) => `  ${name}: ${typeOf(schema)}`)
  const endpoints = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => METHODS.has(method))
      .map(
        ([method, operation]) =>
          `  '${method.toUpperCase()} ${path.replace(BASE, '')}': ${endpoint(operation)}`,
      ),
  )
  return [
    '// Made by `node scripts/console/types.ts` from docs/openapi.json.',
    `export type Schemas = {\n${schemas.join('\n')}\n}\n`,
    `export type Api = {\n${endpoints.join('\n')}\n}\n`,
  ].join('\n')
}

function endpoint({ parameters = [], requestBody, responses }: Operation): string {
  const query = parameters
    .filter((one) => one.in === 'query')
    .map((one) => `${key(one.name)}${one.required ? '' : '?'}: ${typeOf(one.schema)}`)
  const body = requestBody && jsonOf(requestBody.content)
  const [, success] = Object.entries(responses).find(([status]) => /^2/.test(status)) ?? []
  const answer = success?.content && jsonOf(success.content)
  return `{ query: { ${query.join('; ')} }; body: ${body ? typeOf(body) : 'undefined'}; answer: ${answer ? typeOf(answer) : 'null'} }`
}

const jsonOf = (content: Record<string, { schema?: Schema }>): Schema | undefined =>
  Object.entries(content).find(([type]) => /[/+]json\b/.test(type))?.[1].schema

const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name))

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return `Schemas['${schema.$ref.split('/').at(-1)}']`
  if ('const' in schema) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(' | ')
  const union = schema.anyOf ?? schema.oneOf
  if (union) return `(${[...new Set(union.map(typeOf))].join(' | ')})`
  if (schema.allOf) return `(${schema.allOf.map(typeOf).join(' & ')})`
  if (Array.isArray(schema.type))
    return `(${schema.type.map((type) => typeOf({ ...schema, type })).join(' | ')})`
  switch (schema.type) {
    case 'string':
      return 'string'
    case 'number':
    case 'integer':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'null':
      return 'null'
    case 'array':
      return `${schema.items ? `(${typeOf(schema.items)})` : 'unknown'}[]`
    case 'object':
      return objectType(schema)
    default:
      return schema.properties ? objectType(schema) : 'unknown'
  }
}

function objectType({ properties = {}, required = [], additionalProperties }: Schema): string {
  const fields = Object.entries(properties).map(
    ([name, schema]) => `${key(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema)}`,
  )
  if (typeof additionalProperties === 'object' && fields.length === 0)
    return `Record<string, ${typeOf(additionalProperties)}>`
  if (fields.length === 0) return 'Record<string, unknown>'
  return `{ ${fields.join('; ')} }`
}

if (import.meta.main) writeContractTypes()
