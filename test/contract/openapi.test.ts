import { expect, test } from 'vitest'
import committed from '../../docs/openapi.json' with { type: 'json' }
import { ERRORS } from '../../src/core/errors.ts'
import { openApiPath } from '../../src/http/route-meta.ts'
import { get } from '../helpers/api.ts'
import { inputOf, routes } from './support/routes.ts'

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

test('the served document is the committed one (npm run openapi updates it)', async () => {
  expect(await served()).toEqual(committed)
})

test('every operation appears once, with its scope, its parameters, its body and its answer', async () => {
  const documented = new Map(operations(await served()))
  const own = routes.filter(({ twinOf }) => twinOf === null)
  expect([...documented.keys()].sort()).toEqual(own.map(documentedName).sort())
  for (const route of own) {
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

test('optional bodies, bodies other than JSON, and routes with their own token are described', async () => {
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

test('operation ids are unique and read like the methods of a client', async () => {
  const ids = operations(await served()).map(([, operation]) => operation.operationId)
  expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([])
  expect(ids.filter((id) => !/^[a-z][A-Za-z]*(\.[a-z][A-Za-z]*){1,2}$/.test(id))).toEqual([])
  for (const id of ids) {
    // `runs.nodes` cannot be both a group and an operation.
    const [last] = id.split('.').slice(-1)
    expect(ids.filter((other) => other.startsWith(`${id}.`))).toEqual([])
    expect(last).not.toMatch(/^(read|change|remove|show|do)([A-Z]|$)/)
  }
})

test('every group is declared, described and used', async () => {
  const { tags, paths } = await served()
  const used = Object.values(paths).flatMap((methods) =>
    Object.values(methods as Record<string, { tags: string[] }>).flatMap((operation) => operation.tags),
  )
  expect(tags.map(({ name }) => name).sort()).toEqual([...new Set(used)].sort())
  expect(tags.filter(({ description }) => description === '')).toEqual([])
})

test('an update documents one method and accepts the other', () => {
  const updates = routes.filter(({ method }) => method === 'PUT' || method === 'PATCH')
  expect(updates.filter(({ twinOf }) => twinOf === null).length).toBeGreaterThan(15)
  for (const { name, path, twinOf } of updates.filter((route) => route.twinOf === null))
    expect(
      updates.filter((other) => other.path === path && other.twinOf === (twinOf ?? name)),
      name,
    ).toHaveLength(1)
})

test('every reference resolves, and every schema is used', async () => {
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

type Described = { description?: string; properties?: Record<string, Described>; [keyword: string]: unknown }

/** The paths of fields without a description. */
function bare(schema: unknown, place: string): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const { properties, ...rest } = schema as Described
  const fields = Object.entries(properties ?? {})
  return [
    ...fields.filter(([, field]) => !field.description).map(([name]) => `${place}.${name}`),
    ...fields.flatMap(([name, field]) => bare(field, `${place}.${name}`)),
    ...Object.entries(rest)
      .filter(([keyword]) => !/^(examples?|default|const|enum)$/.test(keyword))
      .flatMap(([, inner]) => bare(inner, place)),
  ]
}

test('every operation, parameter and field is described', async () => {
  const { paths, components } = await served()
  const all = operations({ paths, components } as typeof committed)
  const parameters = all.flatMap(([name, { parameters = [] }]) =>
    (parameters as { name: string; description?: string }[])
      .filter(({ description }) => !description)
      .map((one) => `${name} ${one.name}`),
  )
  const undescribed = all.filter(([, operation]) => !(operation as unknown as Described).description)
  expect(undescribed.map(([name]) => name)).toEqual([])
  expect(parameters).toEqual([])
  expect(Object.entries(components.schemas).flatMap(([name, schema]) => bare(schema, name))).toEqual([])
})

test('every JSON body has an example that its route accepts', async () => {
  const of = new Map(operations(await served()))
  const wrong = routes.flatMap((route) => {
    const schema = inputOf(route, 'json')
    if (schema === undefined || route.twinOf !== null) return []
    const body = of.get(documentedName(route))?.requestBody as
      | { content: Record<string, { example?: unknown }> }
      | undefined
    const read = schema.safeParse(body?.content['application/json']?.example)
    return read.success
      ? []
      : [`${route.doc?.id}: ${read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)}`]
  })
  expect(wrong).toEqual([])
})

test('bodies use the types of definitions and triggers, and JSON is any value', async () => {
  const { components } = await served()
  const text = JSON.stringify(components.schemas)
  const { CreateWorkflow } = components.schemas as unknown as Record<string, Described>
  expect(JSON.stringify(CreateWorkflow?.properties?.definition)).toContain(
    '#/components/schemas/WorkflowDefinition',
  )
  expect(JSON.stringify(CreateWorkflow?.properties?.triggers)).toContain('#/components/schemas/Triggers')
  expect(text).not.toMatch(/JsonValue|WorkflowDefinitionInput|TriggersInput/)
})
