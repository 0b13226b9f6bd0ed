import { expect, test } from 'vitest'
import committed from '../../docs/openapi.json' with { type: 'json' }
import { ERRORS } from '../../src/core/errors.ts'
import { openApiPath } from '../../src/http/route-meta.ts'
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
  `${route.method} ${openApiPath(route.path)}`

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
    expect(operation?.requestBody !== undefined).toBe(
      route.inputs.some(({ target }) => target === 'json' || target === 'bytes'),
    )
    const { status, alsoStatus, otherAnswers = {} } = route.doc ?? {}
    expect(Object.keys(operation?.responses ?? {}).sort()).toEqual(
      [status, alsoStatus, ...Object.keys(otherAnswers), 'default']
        .filter((one) => one !== undefined)
        .map(String)
        .sort(),
    )
  }
})

test('what a body may be left out of, what is no JSON, and what takes a token of its own is said', async () => {
  const of = new Map(operations(await served()))
  const body = (name: string) =>
    of.get(name)?.requestBody as { required: boolean; content: object } | undefined
  expect(body('POST /api/v1/auth/mfa/setup')?.required).toBe(false)
  expect(body('POST /api/v1/teams')?.required).toBe(true)
  expect(Object.keys(body('PUT /api/v1/users/profile/avatar')?.content ?? {})).toContain('image/png')
  expect(Object.keys(of.get('GET /api/v1/auth/oauth/{provider}/callback')?.responses ?? {})).toContain('302')
  expect(of.get('GET /metrics')?.security).toEqual([{ bearer: [] }, { metricsToken: [] }])
  expect(of.get('GET /dev/mailbox')?.security).toEqual([{ bearer: [] }, { mailboxToken: [] }])
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
