// Workflows as files: what a job does that keeps a team's workflows equal to a repository.
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { PLAN_LIMITS } from '../../../src/core/plans.ts'
import { type Answer, type Caller, call, get, post } from '../../helpers/api.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { deliver } from '../hooks/deliver.ts'
import { gitHub } from '../hooks/vendor-signatures.ts'
import { create, put, say, sendText, WORKFLOWS } from './workflows.ts'

const apply = (
  as: Caller,
  key: string,
  document: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<any>> =>
  call('PUT', `${WORKFLOWS}/by-key/${key}`, {
    as,
    raw: typeof document === 'string' ? document : JSON.stringify(document),
    headers: {
      'content-type': typeof document === 'string' ? 'application/yaml' : 'application/json',
      ...headers,
    },
  })

const exported = async (as: Caller, id: string, format = 'json'): Promise<string> =>
  (await get(`${WORKFLOWS}/${id}/export?format=${format}`, as)).text

const TRIGGERS = [
  { type: 'webhook', path: 'a/:b', auth: { type: 'github' }, filter: '{{ item.x }}', idHeader: 'X-Id' },
  { entry: 'say', everyMs: 60_000, type: 'schedule', key: 'tick', input: { z: 1, a: 2 } },
  { filter: true, name: 'order.*', type: 'event', key: 'placed' },
]

/** Texts that YAML and JSON write differently. */
const TRICKY = [
  ...[
    '',
    ' lead',
    'trail ',
    'a\tb',
    '\n',
    'a\n\n',
    ' a\n b\n',
    'a\r\nb',
    '\r',
    '---',
    '...',
    '- a',
    '? a',
    '#x',
    'a #b',
    'k: v',
  ],
  ...[
    '<<',
    '=',
    '~',
    'null',
    'Null',
    'yes',
    'on',
    'true',
    'TRUE',
    '0o17',
    '0x1F',
    '1_000',
    '1e3',
    '.inf',
    '-.inf',
    '.nan',
    '007',
    '2026-01-01',
  ],
  ...[
    '%TAG',
    '@at',
    '`tick',
    '*x',
    '&x',
    '!tag',
    '|',
    '>',
    '"',
    "'",
    '\\',
    '[',
    '{',
    ',',
    '{{ input }}',
    'é\u0301',
    '🎉',
  ],
  ...[
    '\u0000',
    '\u0007',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\ud800',
    '\udfff',
    'x'.repeat(300),
    'long text '.repeat(40),
  ],
]
const VALUES = {
  texts: TRICKY,
  byName: Object.fromEntries(TRICKY.map((text, index) => [text, index])),
  numbers: [0, -1, 1.5, 1e21, 1e-7, 123456789012345680000, 0.1 + 0.2],
  others: [null, true, false, [], {}, [[]], { a: {} }],
}

test('a new key creates a workflow, and the same file again changes nothing', async () => {
  const person = await newPerson()
  const file = {
    key: 'order-sync',
    name: 'Order sync',
    definition: say('one'),
    triggers: [{ type: 'manual' }],
    tags: ['a'],
  }
  const made = await apply(person, 'order-sync', file)
  expect([made.status, made.body]).toMatchObject([
    201,
    { key: 'order-sync', name: 'Order sync', version: 1, active: true, tags: ['a'] },
  ])
  const again = await apply(person, 'order-sync', file)
  expect([again.status, again.body]).toEqual([200, made.body])
  expect(again.headers.get('etag')).toBe('"1"')
  const changed = await apply(person, 'order-sync', { ...file, definition: say('two'), tags: [] })
  expect([changed.status, changed.body]).toMatchObject([200, { id: made.body.id, version: 2, tags: [] }])
  expect((await get(`${WORKFLOWS}/by-key/order-sync`, person)).body).toEqual(changed.body)
  expect((await get(`${WORKFLOWS}?count=true`, person)).body.total).toBe(1)
})

test('a definition alone is a file, in JSON and in YAML', async () => {
  const person = await newPerson()
  const made = await apply(person, 'by-hand', 'nodes:\n- { id: a, type: flow.noop }\n')
  expect([made.status, made.body.name]).toEqual([201, 'by-hand'])
  const same = await apply(person, 'by-hand', { nodes: [{ id: 'a', type: 'flow.noop' }] })
  expect([same.status, same.body.version]).toEqual([200, 1])
  expect(
    (await apply(person, 'by-hand', 'name: Named\nnodes:\n- { id: a, type: flow.noop }\n')).body.name,
  ).toBe('Named')
})

test.each(['json', 'yaml'])(
  'exported as %s, applied and exported again, every byte is the same',
  async (format) => {
    const person = await newPerson()
    const made = await create(person, {
      name: 'Ünïcode & "Sön"',
      description: ' one\n\n two: #3 ',
      definition: { ...say('x'), meta: VALUES, inputs: { type: 'object' } },
      triggers: TRIGGERS,
      tags: ['007', 'no', 'a: b'],
      folder: 'x/y',
      active: false,
    })
    expect(made.status).toBe(201)
    const text = await exported(person, made.body.id, format)
    const here = await apply(person, made.body.key, text)
    expect([here.status, here.body.version, here.headers.get('etag')]).toEqual([200, 1, '"1"'])
    expect(await exported(person, made.body.id, format)).toBe(text)
    const elsewhere = await newPerson()
    const there = await apply(elsewhere, made.body.key, text)
    expect(there.status).toBe(201)
    expect(await exported(elsewhere, there.body.id, format)).toBe(text)
    expect(await exported(elsewhere, there.body.id)).toBe(await exported(person, made.body.id))
  },
)

test.each(['json', 'yaml'])('an export as %s is valid', async (format) => {
  const person = await newPerson()
  const { body } = await create(person, {
    definition: { ...say('x'), meta: VALUES },
    triggers: TRIGGERS,
    active: false,
  })
  const answer = await sendText(
    `${WORKFLOWS}/validate`,
    person,
    await exported(person, body.id, format),
    `application/${format}`,
  )
  expect(answer.body).toEqual({ valid: true, problems: [] })
})

test('a document is validated as a whole', async () => {
  const file = {
    format: 'orrery.workflow/2',
    key: 'No Key',
    name: '',
    active: 'yes',
    colour: 'red',
    definition: { nodes: [{ id: 'a', type: 'nope' }] },
    triggers: [{ type: 'bell' }],
  }
  const { body } = await post(`${WORKFLOWS}/validate`, await newPerson(), file)
  expect(body.problems.map(({ path }: { path: string }) => path).sort()).toEqual(
    ['/active', '/colour', '/format', '/key', '/name', '/definition/nodes/0/type', '/triggers/0/type'].sort(),
  )
})

test('a file may say whether the workflow is active; otherwise people decide', async () => {
  const person = await newPerson()
  const file = { definition: say('x'), triggers: [{ type: 'schedule', everyMs: 60_000 }] }
  const { body } = await apply(person, 'job', file)
  await post(`${WORKFLOWS}/${body.id}/deactivate`, person, undefined)
  expect((await apply(person, 'job', { ...file, name: 'Other' })).body.active).toBe(false)
  expect(JSON.parse(await exported(person, body.id)).active).toBe(false)
  const on = await apply(person, 'job', { ...file, active: true })
  expect([on.body.active, on.body.version]).toEqual([true, 1])
  expect(on.body.triggers[0].nextFireAt).not.toBeNull()
})

test('a webhook with a secret can be in a file; without its secret it answers 503 until that is set', async () => {
  const source = await newPerson()
  const triggers = [{ type: 'webhook', key: 'in', auth: { type: 'github', secret: 'long-enough-1' } }]
  const made = await create(source, { name: 'Hook', triggers })
  const text = await exported(source, made.body.id)
  for (const bring of [
    (as: Caller) => apply(as, 'hook', text),
    (as: Caller) => sendText(`${WORKFLOWS}/import`, as, text),
  ]) {
    const target = await newPerson()
    const brought = await bring(target)
    expect([brought.status, brought.body.active, brought.body.triggers[0].hasSecret]).toEqual([
      201,
      true,
      false,
    ])
    const token = new URL(brought.body.triggers[0].url).pathname.split('/')[4] ?? ''
    const hook = { trigger: { id: brought.body.triggers[0].id, key: 'in', token } }
    const send = async () => (await deliver(hook, await gitHub('long-enough-1', '{}'))).status
    expect(await send()).toBe(503)
    await put(`${WORKFLOWS}/${brought.body.id}/triggers/in/secret`, target, { secret: 'long-enough-1' })
    expect(await send()).toBe(202)
    const again = await apply(target, brought.body.key, text)
    expect([again.body.version, again.body.triggers[0].hasSecret]).toEqual([1, true])
    expect(await send()).toBe(202)
  }
})

test('If-Match is respected, and means an existing workflow', async () => {
  const person = await newPerson()
  const made = await apply(person, 'safe', say('one'))
  const etag = made.headers.get('etag') ?? ''
  expect((await apply(person, 'safe', say('two'), { 'if-match': etag })).status).toBe(200)
  expect((await apply(person, 'safe', say('three'), { 'if-match': etag })).status).toBe(412)
  expect((await apply(person, 'safe', say('three'), { 'if-match': '*' })).status).toBe(200)
  for (const tag of ['*', '"1"'])
    expect((await apply(person, 'none', say('x'), { 'if-match': tag })).status).toBe(412)
  expect((await get(`${WORKFLOWS}/by-key/none`, person)).status).toBe(404)
})

test('of ten concurrent files with one key one creates the workflow', async () => {
  const person = await newPerson()
  const answers = await Promise.all(Array.from({ length: 10 }, () => apply(person, 'raced', say('same'))))
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201])
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
  expect(answers.map(({ body }) => body.version)).toEqual(Array(10).fill(1))
})

test('two concurrent files with one key fit if the plan has room for one more', async () => {
  const person = await newPerson({ plan: 'free' })
  const most = PLAN_LIMITS.free.workflows ?? 0
  for (let i = 1; i < most; i++) expect((await create(person)).status).toBe(201)
  const answers = await Promise.all([1, 2, 3].map(() => apply(person, 'last', say('x'))))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201])
  expect((await apply(person, 'one-more', say('x'))).status).toBe(402)
})

test('fifty concurrent files, twice, create fifty workflows of one version', async () => {
  const person = await newPerson()
  const sync = () =>
    Promise.all(Array.from({ length: 50 }, (_, i) => apply(person, `file-${i}`, say(String(i)))))
  expect((await sync()).map(({ status }) => status)).toEqual(Array(50).fill(201))
  const again = await sync()
  expect(again.map(({ status, body }) => [status, body.version])).toEqual(Array(50).fill([200, 1]))
})

test('a key belongs to its team: another team has its own, and neither sees the other', async () => {
  const [mine, theirs] = [await newPerson(), await newPerson()]
  const a = await apply(mine, 'shared', say('mine'))
  const b = await apply(theirs, 'shared', say('theirs'))
  expect([a.status, b.status]).toEqual([201, 201])
  expect(a.body.id).not.toBe(b.body.id)
  expect((await get(`${WORKFLOWS}/by-key/shared`, mine)).body.definition).toEqual(say('mine'))
  expect((await get(`${WORKFLOWS}/by-key/shared`, await newPerson())).status).toBe(404)
  const { join } = await newTeam()
  expect((await apply(await join('viewer'), 'shared', say('x'))).status).toBe(403)
})

test('the key of a deleted workflow is free again', async () => {
  const person = await newPerson()
  const first = await apply(person, 'gone', say('x'))
  await call('DELETE', `${WORKFLOWS}/${first.body.id}`, { as: person })
  expect((await get(`${WORKFLOWS}/by-key/gone`, person)).status).toBe(404)
  const second = await apply(person, 'gone', say('x'))
  expect([second.status, second.body.version]).toEqual([201, 1])
  expect(second.body.id).not.toBe(first.body.id)
})

test('every workflow has a key, derived from its name, and keeps it when the name changes', async () => {
  const person = await newPerson()
  const made = [await create(person), await create(person), await create(person, { name: '日本' })]
  const keys = made.map(({ body }) => body.key)
  expect(keys).toEqual(['greeter', expect.stringMatching(/^greeter-[0-9a-z]{10}$/), 'workflow'])
  const path = `${WORKFLOWS}/${made[0]?.body.id}`
  expect((await put(path, person, { name: 'Other' })).body.key).toBe('greeter')
  expect((await put(path, person, { key: 'chosen' })).body).toMatchObject({ key: 'chosen', version: 1 })
  const taken = [await put(path, person, { key: keys[1] }), await create(person, { key: 'chosen' })]
  for (const answer of taken) expect([answer.status, answer.body.code]).toEqual([409, 'resource.exists'])
  const cloned = await post(`${path}/clone`, person, {})
  expect([cloned.status, cloned.body.key]).toEqual([201, 'other-copy'])
})

test('ten concurrent workflows with one name have ten keys', async () => {
  const person = await newPerson()
  const made = await Promise.all(Array.from({ length: 10 }, () => create(person)))
  expect(new Set(made.map(({ body }) => body.key)).size).toBe(10)
})

test('a workflow from before there were keys has its id as key', async () => {
  const person = await newPerson()
  const { body } = await create(person)
  await env.DB.prepare('UPDATE workflows SET key = NULL WHERE id = ?').bind(body.id).run()
  expect((await get(`${WORKFLOWS}/${body.id}`, person)).body.key).toBe(body.id)
  const text = await exported(person, body.id)
  const applied = await apply(person, body.id, text)
  expect([applied.status, applied.body.id, applied.body.version]).toEqual([200, body.id, 1])
  expect((await apply(await newPerson(), body.id, text)).status).toBe(201)
})

test.each([
  ['another key than the address', 'a', { key: 'b', definition: say('x') }, 422, 'request.invalid'],
  ['a key with capitals', 'A', say('x'), 422, 'request.invalid'],
  ['a key that begins with a dot', '.a', say('x'), 422, 'request.invalid'],
  ['a key with a slash', 'a%2Fb', say('x'), 422, 'request.invalid'],
  ['a long key', 'a'.repeat(101), say('x'), 422, 'request.invalid'],
  ['an unknown field', 'a', { definition: say('x'), teamId: 'team_x' }, 422, 'request.invalid'],
  [
    'a broken definition',
    'a',
    { definition: { nodes: [{ id: 'a', type: 'nope' }] } },
    422,
    'workflow.invalid',
  ],
  ['cyclic YAML', 'a', 'a: &a [*a]', 422, 'workflow.invalid'],
  ['an n8n workflow', 'a', { nodes: [], connections: {} }, 422, 'workflow.invalid'],
  ['a list', 'a', '- 1', 422, 'workflow.invalid'],
] as const)('%s is refused, and makes nothing', async (_what, key, file, status, code) => {
  const person = await newPerson()
  const answer = await apply(person, key, file)
  expect([answer.status, answer.body.code]).toEqual([status, code])
  expect((await get(`${WORKFLOWS}?count=true`, person)).body.total).toBe(0)
})

test('an invalid file does not change the workflow', async () => {
  const person = await newPerson()
  const made = await apply(person, 'kept', say('one'))
  expect((await apply(person, 'kept', { definition: { nodes: 7 } })).status).toBe(422)
  expect((await get(`${WORKFLOWS}/by-key/kept`, person)).body).toEqual(made.body)
})
