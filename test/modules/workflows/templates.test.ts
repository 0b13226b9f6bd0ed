import { expect, test } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { newPerson } from '../../helpers/people.ts'
import { say, WORKFLOWS } from './workflows.ts'

const TEMPLATES = `${WORKFLOWS}/templates`

const greeting = {
  name: 'Greeting',
  category: 'talk',
  definition: {
    nodes: [
      {
        id: 'say',
        type: 'data.set',
        params: {
          values: {
            text: 'Hello {{= who }}!',
            times: '{{= times }}',
            loud: '{{ {{= who }}.toUpperCase() + input.mark }}',
            list: '{{= list }}',
          },
        },
      },
    ],
  },
  triggers: [{ type: 'event', name: 'greet.{{= topic }}' }],
  variables: {
    properties: {
      who: { type: 'string', default: 'world' },
      times: { type: 'integer', default: 1 },
      topic: { type: 'string', default: 'all' },
      list: { type: 'array', default: [] },
    },
    additionalProperties: false,
  },
}

test('using a template fills its placeholders: whole values with their type, text, and literals in expressions', async () => {
  const person = await newPerson()
  const template = await post(TEMPLATES, person, greeting)
  expect([template.status, template.body]).toMatchObject([201, { source: 'team', isPublic: false }])
  const used = await post(`${TEMPLATES}/${template.body.id}/use`, person, {
    variables: { who: `O'Brien "x"`, times: 3, list: [1, { a: 2 }] },
    name: 'Mine',
  })
  expect(used.status).toBe(201)
  expect(used.body).toMatchObject({ name: 'Mine', version: 1 })
  expect(used.body.definition.nodes[0].params.values).toEqual({
    text: `Hello O'Brien "x"!`,
    times: 3,
    loud: `{{ "O'Brien \\"x\\"".toUpperCase() + input.mark }}`,
    list: [1, { a: 2 }],
  })
  expect(used.body.triggers[0].name).toBe('greet.all')
})

test.each([
  ['a value of the wrong type', { times: 'often' }],
  ['an unknown variable', { whom: 'x' }],
])('using a template with %s is refused', async (_what, variables) => {
  const person = await newPerson()
  const { body } = await post(TEMPLATES, person, greeting)
  const answer = await post(`${TEMPLATES}/${body.id}/use`, person, { variables })
  expect([answer.status, answer.body.code]).toEqual([422, 'request.invalid'])
  expect(answer.body.errors[0].path).toMatch(/^\/variables\//)
})

test('a value that looks like an expression stays text', async () => {
  const person = await newPerson()
  const { body } = await post(TEMPLATES, person, {
    name: 'Echo',
    definition: {
      nodes: [
        {
          id: 'say',
          type: 'data.set',
          notes: '{{= text }}',
          params: { values: { alone: '{{= text }}', within: 'It is {{= text }}', list: '{{= list }}' } },
        },
      ],
    },
    variables: { properties: { text: { default: 'x' }, list: { default: [] } } },
  })
  const text = String.raw`{{ 1 + 1 }} and \{{ \\{{`
  const used = await post(`${TEMPLATES}/${body.id}/use`, person, { variables: { text, list: [{ a: text }] } })
  expect(used.body.definition.nodes[0].notes).toBe(text)
  const run = await post(`${WORKFLOWS}/${used.body.id}/execute`, person, {})
  expect(run.body.output).toEqual({ alone: text, within: `It is ${text}`, list: [{ a: text }] })
})

test('a variable that a template does not know is refused, unless its schema allows others', async () => {
  const person = await newPerson()
  const { additionalProperties: _no, ...variables } = greeting.variables
  const use = async (schema: object) => {
    const { body } = await post(TEMPLATES, person, { ...greeting, variables: schema })
    return post(`${TEMPLATES}/${body.id}/use`, person, { variables: { whom: 'x' } })
  }
  const refused = await use(variables)
  expect([refused.status, refused.body.errors[0]]).toMatchObject([422, { path: '/variables/whom' }])
  expect((await use({ ...variables, additionalProperties: true })).status).toBe(201)
})

test.each([
  ['an undeclared variable', { ...greeting, variables: {} }, 'template.undeclared_variable'],
  ['a schema that is none', { ...greeting, variables: { type: 'nonsense' } }, 'schema.invalid'],
  [
    'a definition that is wrong with its defaults',
    { name: 'x', definition: { nodes: [{ id: 'a', type: 'nope' }] } },
    'node.unknown_type',
  ],
])('a template with %s is refused', async (_what, body, code) => {
  const answer = await post(TEMPLATES, await newPerson(), body)
  expect([answer.status, answer.body.code]).toEqual([422, 'workflow.invalid'])
  const found = answer.body.errors.find((error: { code: string }) => error.code === code)
  expect(found?.path).toMatch(code === 'node.unknown_type' ? /^\/definition\/nodes/ : /^\/variables\b/)
})

test('others see and use a public template, not a private one, and cannot delete either', async () => {
  const [owner, other] = [await newPerson({ platformRole: 'admin' }), await newPerson()]
  const name = `Public ${owner.teamId}`
  const open = (await post(TEMPLATES, owner, { ...greeting, name, isPublic: true })).body
  const closed = (await post(TEMPLATES, owner, greeting)).body
  const seen = await get(`${TEMPLATES}/${open.id}`, other)
  expect(seen.body).toMatchObject({ source: 'public', name })
  expect(seen.text).not.toContain(owner.userId)
  expect((await get(`${TEMPLATES}/${closed.id}`, other)).status).toBe(404)
  expect((await post(`${TEMPLATES}/${open.id}/use`, other, {})).status).toBe(201)
  expect((await post(`${TEMPLATES}/${closed.id}/use`, other, {})).status).toBe(404)
  for (const id of [open.id, closed.id, 'tpl_builtin_order_triage'])
    expect((await call('DELETE', `${TEMPLATES}/${id}`, { as: other })).status).toBe(404)
  expect((await call('DELETE', `${TEMPLATES}/${open.id}`, { as: owner })).status).toBe(204)
  expect((await get(`${TEMPLATES}/${open.id}`, other)).status).toBe(404)
})

test('paging the catalogue returns each template once, built-in ones last', async () => {
  const person = await newPerson()
  const made: string[] = []
  for (let i = 0; i < 3; i++)
    made.unshift((await post(TEMPLATES, person, { name: `T${i}`, definition: say('x') })).body.id)
  const seen: { id: string; source: string }[] = []
  let cursor: string | null = null
  do {
    const page: { body: { items: typeof seen; nextCursor: string | null } } = await get(
      `${TEMPLATES}?limit=2${cursor ? `&cursor=${cursor}` : ''}`,
      person,
    )
    seen.push(...page.body.items)
    cursor = page.body.nextCursor
  } while (cursor)
  const mine = seen.filter(({ source }) => source === 'team').map(({ id }) => id)
  expect(mine).toEqual(made)
  expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length)
  expect(seen.slice(-6).every(({ source }) => source === 'built-in')).toBe(true)
  const found = await get(`${TEMPLATES}?q=triage`, person)
  expect(found.body.items.map(({ id }: { id: string }) => id)).toContain('tpl_builtin_order_triage')
})

test('only an administrator of the installation publishes a template to all teams, with no API key', async () => {
  const [person, admin] = [await newPerson(), await newPerson({ platformRole: 'admin' })]
  const refused = await post(TEMPLATES, person, { ...greeting, isPublic: true })
  expect([refused.status, refused.body.code]).toEqual([403, 'access.denied'])
  const scopes = ['workflows:read', 'workflows:write']
  const { key } = (await post('/api/v1/auth/api-keys', admin, { name: 'k', scopes })).body
  const byKey = await post(TEMPLATES, { apiKey: key }, { ...greeting, isPublic: true })
  expect([byKey.status, byKey.body.code]).toEqual([403, 'access.scope_missing'])
})
