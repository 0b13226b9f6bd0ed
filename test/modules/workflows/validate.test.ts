import { expect, test } from 'vitest'
import { call, post } from '../../helpers/api.ts'
import { newPerson } from '../../helpers/people.ts'
import { create, say, sendText, WORKFLOWS } from './workflows.ts'

const VALIDATE = `${WORKFLOWS}/validate`
const codes = (body: { problems: { code: string }[] }): string[] => body.problems.map(({ code }) => code)

test('a valid definition is accepted: as an object, as JSON text, as YAML text and on its own', async () => {
  const person = await newPerson()
  const yaml =
    'nodes:\n  - id: say\n    type: data.set\n    params: { values: { text: "{{ input.name }}" } }\n'
  const answers = await Promise.all([
    post(VALIDATE, person, { definition: say('x') }),
    post(VALIDATE, person, { definition: JSON.stringify(say('x')) }),
    post(VALIDATE, person, { definition: yaml }),
    post(VALIDATE, person, say('x')),
    sendText(VALIDATE, person, yaml, 'application/yaml'),
  ])
  for (const { status, body } of answers) expect([status, body]).toEqual([200, { valid: true, problems: [] }])
})

test('every problem is reported at once, with path, code, message and hint', async () => {
  const person = await newPerson()
  const { body } = await post(VALIDATE, person, {
    definition: {
      nodes: [
        { id: 'fetch', type: 'http.requst' },
        { id: 'loop', type: 'data.set', params: { values: { a: '{{ nodes.fetsh.body }}' } } },
      ],
      edges: [
        { from: 'fetch', to: 'loop' },
        { from: 'loop', to: 'fetch' },
      ],
    },
    triggers: [{ type: 'schedule', everyMs: 1 }],
  })
  expect(body.valid).toBe(false)
  expect(body.problems).toContainEqual(
    expect.objectContaining({
      path: '/definition/nodes/0/type',
      message: expect.stringContaining('http.request'),
    }),
  )
  expect(codes(body).length).toBeGreaterThanOrEqual(3)
  expect(body.problems.map(({ path }: { path: string }) => path)).toContain('/triggers/0/everyMs')
})

test('one invalid trigger hides none of the others', async () => {
  const { body } = await post(VALIDATE, await newPerson(), {
    definition: say('x'),
    triggers: [
      { type: 'schedule', cron: '61 * * * *', jitterMs: -1 },
      { type: 'event', name: '..' },
      { type: 'webhook', path: 'a b', key: '' },
      { type: 'webhook', respond: 'later' },
      { type: 'webhook' },
      { type: 'manual', entry: 'nope', colour: 'red' },
      { type: 'bell', key: 'bell', entry: 'nope' },
    ],
  })
  const found = body.problems.map(({ path, code }: { path: string; code: string }) => `${path} ${code}`)
  expect(found.sort()).toEqual(
    [
      '/triggers/0/cron definition.invalid',
      '/triggers/0/jitterMs definition.invalid',
      '/triggers/1/name trigger.bad_event_name',
      '/triggers/2/key definition.invalid',
      '/triggers/2/path trigger.bad_path',
      '/triggers/3/respond definition.invalid',
      '/triggers/3/key trigger.duplicate_key',
      '/triggers/4/key trigger.duplicate_key',
      '/triggers/5 definition.invalid',
      '/triggers/5/entry trigger.unknown_entry',
      '/triggers/6/entry trigger.unknown_entry',
      '/triggers/6/type definition.invalid',
    ].sort(),
  )
})

const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
const many = (count: number) => ({
  nodes: Array.from({ length: count }, (_, i) => ({ id: `n${i}`, type: 'flow.noop' })),
})

test.each([
  [
    '5 MB',
    JSON.stringify({ definition: { nodes: [], meta: 'x'.repeat(5_000_000) } }),
    'definition.too_large',
  ],
  ['5 MB as text', JSON.stringify({ definition: 'x: y\n'.repeat(1_000_000) }), 'definition.too_large'],
  ['10,000 nodes', JSON.stringify({ definition: many(10_000) }), 'definition.too_many_nodes'],
  ['depth 10,000', `{"definition":${nested(10_000)}}`, 'definition.too_deep'],
  ['depth 10,000 as text', JSON.stringify({ definition: nested(10_000) }), 'definition.too_deep'],
  ['deep YAML lists', JSON.stringify({ definition: `${'- '.repeat(10_000)}1` }), 'definition.too_deep'],
  [
    'deep YAML in flow style',
    JSON.stringify({ definition: `a: ${'['.repeat(100_000)}` }),
    'definition.too_deep',
  ],
  ['cyclic YAML', JSON.stringify({ definition: 'nodes: &n [*n]' }), 'definition.bad_yaml'],
  [
    'YAML that grows by aliases',
    JSON.stringify({ definition: 'a: &a [1, 2]\nb: &b [*a, *a]\nc: [*b, *b]' }),
    'definition.bad_yaml',
  ],
  [
    'a YAML key that stands twice',
    JSON.stringify({ definition: 'nodes: []\nnodes: []' }),
    'definition.bad_yaml',
  ],
  ['two YAML documents', JSON.stringify({ definition: 'nodes: []\n---\nnodes: []' }), 'definition.bad_yaml'],
  ['NaN in YAML', JSON.stringify({ definition: 'nodes: []\nmeta: .nan' }), 'definition.not_json'],
  ['NaN in JSON', '{"definition":{"nodes":[],"meta":NaN}}', 'definition.bad_json'],
  ['many YAML documents', JSON.stringify({ definition: '---\n'.repeat(200_000) }), 'definition.bad_yaml'],
  ['many YAML errors', JSON.stringify({ definition: '"\\q" '.repeat(20_000) }), 'definition.bad_yaml'],
  ['a body that is cut off', '{"definition":{"nodes":[', 'definition.bad_json'],
  ['__proto__', '{"definition":{"__proto__":{"nodes":[]}}}', 'definition.not_json'],
  ['null', '{"definition":null}', 'definition.invalid'],
  ['a number', '{"definition":7}', 'definition.invalid'],
  ['an empty text', '{"definition":""}', 'definition.invalid'],
  ['a list as body', '[1,2]', 'definition.invalid'],
  ['no body', '', 'definition.invalid'],
  ['an unknown field', JSON.stringify({ definition: say('x'), trigers: [] }), 'request.unknown_field'],
  [
    'an expression bomb',
    JSON.stringify({ definition: say(`{{ ${'('.repeat(5_000)}1${')'.repeat(5_000)} }}`) }),
    'expression.too_large',
  ],
])('%s is answered with its problem', async (_what, body, code) => {
  const person = await newPerson()
  const started = Date.now()
  const answer = await sendText(VALIDATE, person, body)
  expect([answer.status, answer.body.valid]).toEqual([200, false])
  expect(codes(answer.body)).toContain(code)
  expect(Date.now() - started).toBeLessThan(30_000)
})

test('a backtracking pattern in a schema of the inputs costs nothing', async () => {
  const { body } = await post(VALIDATE, await newPerson(), {
    definition: { ...say('x'), inputs: { type: 'string', pattern: '^(a+)+$' } },
  })
  expect(body).toEqual({ valid: true, problems: [] })
})

test('a definition that cannot be stored is refused by create as well, and the service continues', async () => {
  const person = await newPerson()
  const large = await create(person, { definition: { nodes: [], meta: 'x'.repeat(5_000_000) } })
  expect(large.status).toBe(413)
  const wide = await create(person, { definition: { ...say('x'), meta: '中'.repeat(400_000) } })
  expect([wide.status, wide.body.errors[0].code]).toEqual([422, 'definition.too_large'])
  const deep = await sendText(WORKFLOWS, person, `{"name":"x","definition":${nested(10_000)}}`)
  expect([deep.status, deep.body.code]).toEqual([400, 'request.too_deep'])
  expect((await create(person)).status).toBe(201)
})

test('bytes that are not text get an answer, too', async () => {
  const seed = 7
  let state = seed
  const bytes = Uint8Array.from({ length: 2_000 }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state & 255
  })
  const answer = await call<any>('POST', VALIDATE, { as: await newPerson(), raw: bytes })
  expect([answer.status, answer.body.valid]).toEqual([200, false])
})
