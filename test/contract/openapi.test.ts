import { expect, test } from 'vitest'
import committed from '../../docs/openapi.json' with { type: 'json' }
import { ERRORS } from '../../src/core/errors.ts'
import { get } from '../helpers/api.ts'
import { routes } from './support/routes.ts'

type Operation = {
  operationId: string
  'x-scope'?: string
  security: unknown[]
  parameters?: { name: string; in: string }[]
  requestBody?: unknown
  responses: Record<string, unknown>
}

const served = async () => (await get('/openapi.json')).body as typeof committed

const operations = (document: typeof committed): [string, Operation][] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  )

const documentedName = (route: { method: string; path: string }): string =>
  `${route.method} ${route.path.replace(/:([A-Za-z]+)(\{[^/]*\})?/g, '{$1}')}`

test('what is served is what is committed: run npm run openapi after a change', async () => {
  expect(await served()).toEqual(committed)
})

test('every route appears, with its scope, its parameters, its body and its answer', async () => {
  const documented = new Map(operations(await served()))
  expect([...documented.keys()].sort()).toEqual(routes.map(documentedName).sort())
  for (const route of routes) {
    const operation = documented.get(documentedName(route))
    const inPath = [...route.path.matchAll(/:([A-Za-z]+)/g)].map((match) => match[1])
    expect(operation?.['x-scope']).toBe(route.access?.scope)
    expect(operation?.security.length === 0).toBe(route.access === null)
    expect((operation?.parameters ?? []).filter((one) => one.in === 'path').map((one) => one.name)).toEqual(
      inPath,
    )
    expect(operation?.requestBody !== undefined).toBe(route.inputs.some((input) => input.target === 'json'))
    expect(Object.keys(operation?.responses ?? {})).toEqual([
      ...[route.doc?.status, route.doc?.alsoStatus].filter((status) => status !== undefined).map(String),
      'default',
    ])
  }
})

test('operation ids are unique', async () => {
  const ids = operations(await served()).map(([, operation]) => operation.operationId)
  expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([])
})

test('every reference leads somewhere, and every schema is used', async () => {
  const document = await served()
  const names = Object.keys(document.components.schemas).sort()
  const used = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
    (match) => match[1],
  )
  expect([...new Set(used)].sort()).toEqual(names)
})

test('every error has a status that a client can act on', () => {
  const odd = Object.entries(ERRORS).filter(
    ([code, { status }]) => !/^[a-z]+(\.[a-z_]+)?$/.test(code) || status < 400 || status > 599,
  )
  expect(odd).toEqual([])
})
