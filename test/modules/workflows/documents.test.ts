import { expect, test } from 'vitest'
import { get, post } from '../../helpers/api.ts'
import { newPerson } from '../../helpers/people.ts'
import { create, say, sendText, WORKFLOWS } from './workflows.ts'

const TRICKY = {
  nodes: [
    {
      id: 'say',
      type: 'data.set',
      params: {
        values: {
          yes: 'yes',
          no: 'no',
          number: '007',
          date: '2024-01-01',
          nothing: 'null',
          text: 'a: b # c\n- d',
          star: '*x',
          tilde: '~',
        },
      },
    },
  ],
  output: "{{ nodes.say.text + ' &anchor' }}",
}

test.each(['json', 'yaml'])('an export as %s is imported as the same workflow', async (format) => {
  const person = await newPerson()
  const { body } = await create(person, {
    name: 'Ünïcode & Sön',
    description: 'Line one\nline two',
    definition: TRICKY,
    tags: ['a'],
    folder: 'x/y',
    triggers: [{ type: 'webhook', key: 'in' }],
  })
  const exported = await get(`${WORKFLOWS}/${body.id}/export?format=${format}`, person)
  expect(exported.status).toBe(200)
  expect(exported.headers.get('content-type')?.split(';')[0]).toBe(`application/${format}`)
  expect(exported.headers.get('content-disposition')).toBe(`attachment; filename="u-ni-code-so-n.${format}"`)
  expect(exported.text).not.toContain(body.id)
  const other = await newPerson()
  const imported = await sendText(`${WORKFLOWS}/import`, other, exported.text, `application/${format}`)
  expect(imported.status).toBe(201)
  const { name, description, definition, tags, folder } = body
  expect(imported.body).toMatchObject({ name, description, definition, tags, folder, version: 1 })
  expect(imported.body.triggers[0].url).not.toBe(body.triggers[0].url)
  const wrapped = await post(`${WORKFLOWS}/import`, other, {
    content: exported.text,
    name: 'Named',
    active: false,
  })
  expect(wrapped.body).toMatchObject({ name: 'Named', active: false, definition })
})

test('a definition alone can be imported, whatever the content type', async () => {
  const person = await newPerson()
  const yaml = 'name: By hand\nnodes:\n- { id: a, type: flow.noop }\n'
  for (const type of ['application/yaml', 'application/json', 'text/plain']) {
    const { status, body } = await sendText(`${WORKFLOWS}/import`, person, yaml, type)
    expect([status, body.name]).toEqual([201, 'By hand'])
  }
})

test('an n8n workflow is recognised and refused with a clear message', async () => {
  const answer = await post(`${WORKFLOWS}/import`, await newPerson(), {
    name: 'From n8n',
    nodes: [{ name: 'Set', type: 'n8n-nodes-base.set', typeVersion: 3, position: [0, 0], parameters: {} }],
    connections: {},
  })
  expect([answer.status, answer.body.errors[0].code]).toEqual([422, 'import.n8n_unavailable'])
})

test('export to n8n says that it does not exist yet', async () => {
  const person = await newPerson()
  const { body } = await create(person)
  const answer = await get(`${WORKFLOWS}/${body.id}/export?format=n8n`, person)
  expect([answer.status, answer.body.detail]).toEqual([422, expect.stringContaining('not available yet')])
})

test.each([
  ['cyclic YAML', 'a: &a [*a]', 'workflow.invalid'],
  ['no text', '', 'workflow.invalid'],
  ['a list', '- 1', 'workflow.invalid'],
  ['a definition with a fault', 'nodes: [{ id: a, type: nope }]', 'workflow.invalid'],
  ['an unknown field', 'definition: { nodes: [] }\nteamId: x', 'request.invalid'],
])('importing %s is refused', async (_what, text, code) => {
  const answer = await sendText(`${WORKFLOWS}/import`, await newPerson(), text, 'application/yaml')
  expect([answer.status, answer.body.code]).toEqual([422, code])
})

test('importing with one idempotency key creates one workflow', async () => {
  const person = await newPerson()
  const headers = { 'idempotency-key': 'import' }
  const answers = await Promise.all([1, 2].map(() => post(`${WORKFLOWS}/import`, person, say('x'), headers)))
  expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1)
})

test.each(['', 'definition'])(
  'a file with a JSON Schema for editors is checked and imported as without it, %s',
  async (field) => {
    const person = await newPerson()
    const definition = { nodes: [{ id: 'a', type: 'flow.noop' }] }
    const file = {
      $schema: 'https://orrery.example.com/schemas/workflow.json',
      ...(field === '' ? definition : { definition }),
    }
    expect((await post(`${WORKFLOWS}/validate`, person, file)).body).toEqual({ valid: true, problems: [] })
    const imported = await post(`${WORKFLOWS}/import`, person, file)
    expect(imported.status).toBe(201)
    expect(imported.body.definition).toEqual(definition)
  },
)
