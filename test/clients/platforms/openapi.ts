// A checker for the published contract of a platform: OpenAPI 3 or Swagger 2. The call must be one of its operations,
// without unknown parameters or fields. The answer is the example of the contract, filled with the data of the fake,
// and must be valid as well.
import { Ajv, type ValidateFunction } from 'ajv'
import type { Exchange, Judge } from './exchange.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Fields = { [key: string]: any }

export function judgeByContract(contract: object): Judge {
  const spec = contract as Fields
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true, logger: false })
  ajv.addSchema(spec, 'contract')
  const checks = new Map<string, ValidateFunction>()
  const check = (pointer: string): ValidateFunction => {
    const known = checks.get(pointer) ?? ajv.compile({ $ref: `contract#${pointer}` })
    checks.set(pointer, known)
    return known
  }
  const deref = (node: Fields | undefined): Fields =>
    node?.$ref === undefined
      ? (node ?? {})
      : deref(
          String(node.$ref)
            .slice(2)
            .split('/')
            .reduce((at: Fields, part) => at[part], spec),
        )
  const paths = Object.keys(spec.paths as Fields).map((template) => ({ template, fits: patternOf(template) }))

  return (exchange, fault) => {
    const method = exchange.method === 'HEAD' ? 'get' : exchange.method.toLowerCase()
    const template = paths
      .filter(({ template, fits }) => fits.test(exchange.path) && spec.paths[template][method] !== undefined)
      .map((one) => one.template)
      // The most specific one.
      .sort((a, b) => a.split('{').length - b.split('{').length || b.length - a.length)[0]
    if (template === undefined) {
      fault('is no operation of the contract')
      return exchange.answer
    }
    const operation = spec.paths[template][method] as Fields
    const at = `/paths/${pointerPart(template)}/${method}`
    const shared = (spec.paths[template].parameters ?? []) as Fields[]
    const parameters = [...shared, ...((operation.parameters ?? []) as Fields[])].map(deref)
    for (const name of exchange.query.keys())
      if (!parameters.some((one) => one.in === 'query' && one.name === name)) fault(`has no query ${name}`)
    judgeBody(exchange, operation, at, check, deref, fault)
    if (exchange.status >= 300 || exchange.method === 'HEAD') return exchange.answer
    const response = operation.responses[exchange.status]
    if (response === undefined) {
      fault(`does not answer ${exchange.status}`)
      return exchange.answer
    }
    const content = deref(response).content?.['application/json'] as Fields | undefined
    if (content === undefined) return exchange.answer
    const [example] = Object.values((content.examples ?? {}) as Fields).map((one) => deref(one).value)
    const answer = filled((example ?? null) as Json, exchange.answer as Json)
    const fits = check(
      `${pointerOf(response, `${at}/responses/${exchange.status}`)}/content/application~1json/schema`,
    )
    // Some examples violate their own schema. Then the answer is not checked.
    const isJudge = example === undefined || fits(example)
    if (isJudge && !fits(answer)) fault(`answer: ${ajv.errorsText(fits.errors)}`)
    return answer
  }
}

function judgeBody(
  { body, headers }: Exchange,
  operation: Fields,
  at: string,
  check: (pointer: string) => ValidateFunction,
  deref: (node: Fields | undefined) => Fields,
  fault: (text: string) => void,
): void {
  const swagger = ((operation.parameters ?? []) as Fields[]).findIndex((one) => one.in === 'body')
  const json = operation.requestBody?.content?.['application/json'] as Fields | undefined
  const schema = deref(json?.schema ?? operation.parameters?.[swagger]?.schema)
  if (body.length === 0) return
  if (json === undefined && swagger < 0) {
    fault('takes no body')
    return
  }
  if (schema.format === 'binary') {
    if (headers['content-type'] !== 'application/octet-stream') fault('needs application/octet-stream')
    return
  }
  if (!String(headers['content-type']).startsWith('application/json')) {
    fault('needs application/json')
    return
  }
  const sent = JSON.parse(body.toString()) as Fields
  const known = new Set(
    [schema, ...((schema.anyOf ?? schema.oneOf ?? []) as Fields[])].flatMap((one) =>
      Object.keys(deref(one).properties ?? {}),
    ),
  )
  for (const name of Object.keys(sent)) if (!known.has(name)) fault(`has no field ${name}`)
  const place =
    json === undefined ? `/parameters/${swagger}/schema` : '/requestBody/content/application~1json/schema'
  const fits = check(`${at}${place}`)
  if (!fits(sent)) fault(`body: ${JSON.stringify(fits.errors?.slice(0, 3))}`)
}

/** Some parameters contain slashes: references, paths of files, ranges of commits. */
const patternOf = (template: string): RegExp =>
  new RegExp(
    `^${template
      .split(/(\{[^}]+\})/)
      .map((part) => {
        if (!part.startsWith('{')) return part.replace(/[.*+?^$()|[\]\\]/g, '\\$&')
        return /^\{(ref|path|file_path|basehead)\}$/.test(part) ? '.+' : '[^/]+'
      })
      .join('')}$`,
  )

const pointerPart = (part: string): string =>
  encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))

const pointerOf = (response: Fields, own: string): string =>
  response.$ref === undefined ? own : String(response.$ref).slice(1)

/** The example with the real data. Lists are those of the fake. */
function filled(example: Json, real: Json): Json {
  if (real === null || typeof real !== 'object' || Array.isArray(real)) return real
  const base = typeof example === 'object' && example !== null && !Array.isArray(example) ? example : {}
  return {
    ...base,
    ...Object.fromEntries(
      Object.entries(real).map(([name, value]) => [name, filled(base[name] ?? null, value)]),
    ),
  }
}
