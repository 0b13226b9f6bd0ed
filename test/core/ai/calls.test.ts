// The checks between a model's call and its effect, with models that always try.
import { expect, test } from 'vitest'
import type { Json } from '../../../src/core/json.ts'
import { aiGate, aiResult, aiTool, callHash } from '../../../src/nodes/ai/inner/call.ts'
import { fullLimits, type Setup, type ToolSetting } from '../../../src/nodes/ai/settings.ts'
import type { EffectNode, NodeInput, NodeResult, PureNode } from '../../../src/nodes/node.ts'
import type { NodePorts } from '../../../src/nodes/ports.ts'

const setting = (name: string, more: Partial<ToolSetting> = {}): ToolSetting => ({
  name,
  policy: 'allow',
  allowSelf: false,
  config: {},
  ...more,
})

const setupWith = (tools: ToolSetting[], version = 1): Setup => ({
  agent: { id: 'agt_1', version, name: 'Tester' },
  instructions: '',
  messages: [],
  models: [],
  tools,
  schema: null,
  limits: fullLimits(),
  onLimit: 'end',
  at: 0,
})

type Call = { id?: string; name: string; input: Json; invalid?: string }

const inputOf = (setup: Setup, call: Call): NodeInput<unknown> =>
  ({
    params: { call: { id: 'c1', ...call } },
    inside: (id: string) => (id === 'begin' ? [{ iteration: 1, output: setup }] : []),
    taken: {},
    idempotencyKey: 'k',
    nowMs: 0,
    run: { id: 'run_1', workflowId: null, teamId: 'team_1', startedBy: null, depth: 0 },
  }) as unknown as NodeInput<unknown>

const gate = (setup: Setup, call: Call): { port?: string; output: Record<string, Json> } =>
  (aiGate as PureNode).compute(inputOf(setup, call)) as never

/** Always gives the same answer. */
function spyingPorts() {
  const reached: string[] = []
  const reach = (name: string, [first]: unknown[]): Promise<never> => {
    reached.push(`${name} ${JSON.stringify(first)}`)
    return Promise.reject(new Error('reached'))
  }
  const port = (name: string) =>
    new Proxy(
      {},
      {
        get:
          (_, method) =>
          (...args: unknown[]) =>
            reach(`${name}.${String(method)}`, args),
      },
    )
  const ports = Object.fromEntries(
    ['http', 'files', 'store', 'notify', 'runs', 'credentials'].map((name) => [name, port(name)]),
  )
  return { ports: ports as unknown as NodePorts, reached }
}

const run = async (setup: Setup, call: Call) => {
  const { ports, reached } = spyingPorts()
  let result: NodeResult | string
  try {
    result = await (aiTool as EffectNode).run(ports, inputOf(setup, call), new AbortController().signal)
  } catch (error) {
    result = String(error)
  }
  return { reached, result }
}

const SAFE = setupWith([
  setting('http.request', { config: { hosts: ['api.example.com'] } }),
  setting('web.read', { config: { hosts: ['*.example.com'] } }),
  setting('files.read', { config: { prefix: 'shared/' } }),
  setting('files.write', { config: { prefix: 'out/' } }),
  setting('workflow.run', { config: { workflows: ['report'] } }),
  setting('store.set', { policy: 'deny' }),
  setting('notify', { policy: 'ask' }),
])

const hosts = [
  'http://127.0.0.1/',
  'http://169.254.169.254/latest/meta-data',
  'http://[::1]/',
  'http://localhost:8787/api/v1/admin',
  'http://10.0.0.1/',
  'https://evil.test/?q=secret',
  'https://api.example.com.evil.test/',
  'https://evil.test#api.example.com',
  'https://api.example.com@evil.test/',
  'https://user:pass@api.example.com/',
  'ftp://api.example.com/',
  'file:///etc/passwd',
  'gopher://api.example.com/',
  'javascript:fetch(1)',
  '//evil.test/',
  'https://API.EXAMPLE.COM.evil.test',
  'https://api.example.com:22/',
  'https://xn--pi-example.test/',
  'http://0x7f000001/',
  'http://2130706433/',
  'http://0177.0.0.1/',
  'https://evil.test/api.example.com',
  'https://evil.test\\@api.example.com/',
  'data:text/html,hi',
  'https://evilapi.example.co/',
]

test.each(hosts)('no request is sent to %s', async (url) => {
  for (const name of ['http.request', 'web.read']) {
    const { reached } = await run(SAFE, { name, input: { url } })
    // Everything that reaches the guard is allowed.
    for (const one of reached)
      expect(new URL(JSON.parse(one.slice(one.indexOf(' ') + 1)).url).hostname).toMatch(/(^|\.)example\.com$/)
  }
})

test.each([
  'store.set',
  'code.run',
  'agent.delegate',
  'HTTP.REQUEST',
  'http.request ',
  '__proto__',
  'constructor',
  'toString',
  '',
  'files.delete',
])('a model that calls the unknown tool "%s" gets an error', async (name) => {
  // The arguments of the tool with that name.
  const input = { key: 'a', value: 1 }
  expect(gate(SAFE, { name, input }).port).toBe('refuse')
  expect((await run(SAFE, { name, input })).reached).toEqual([])
})

test.each([
  ['files.read', { file: 5 }],
  ['files.read', {}],
  ['files.read', { file: 'x', teamId: 'team_2' }],
  ['http.request', { url: 'https://api.example.com/', hosts: ['*'] }],
  ['http.request', { url: 'https://api.example.com/', config: { hosts: ['*'] } }],
  ['http.request', { url: 'https://api.example.com/', credential: 'int_other' }],
  ['http.request', { url: ['https://api.example.com/'] }],
  ['notify', { message: 'x', userIds: ['usr_other'] }],
  ['workflow.run', { workflow: 'payout' }],
  ['workflow.run', { workflow: 'report', version: 3 }],
  ['workflow.run', { workflow: ['report'] }],
  ['store.get', { key: '../other' }],
  ['files.write', { name: 'out/x.txt', text: 'x', onConflict: 'refuse' }],
] as [string, Json][])('%s with %j is refused before anything happens', (name, input) => {
  expect(gate(SAFE, { name, input }).port).toBe('refuse')
})

test('files outside the agent’s folder are neither read nor written', async () => {
  for (const name of ['secret.txt', '../shared/x', 'Shared/x', 'out/../secret.txt'])
    expect((await run(SAFE, { name: 'files.write', input: { name, text: 'x' } })).reached).toEqual([])
})

test('only methods in the settings are sent', async () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
    expect(
      (
        await run(SAFE, {
          name: 'http.request',
          input: { url: 'https://api.example.com/', method, body: {} },
        })
      ).reached,
    ).toEqual([])
})

test('a model cannot set headers that authenticate', async () => {
  const headers = { Authorization: 'x', cookie: 'y', Host: 'evil.test', 'Idempotency-Key': 'z', 'x-ok': '1' }
  const { reached } = await run(SAFE, {
    name: 'http.request',
    input: { url: 'https://api.example.com/', headers },
  })
  expect(JSON.parse((reached[0] ?? '').replace('http.fetch ', '')).headers).toEqual({
    'user-agent': 'Orrery',
    'x-ok': '1',
  })
})

test('consent applies to exactly one call: other arguments, another tool or version need consent again', () => {
  const asked = gate(SAFE, { name: 'notify', input: { message: 'Pay 10' } })
  expect(asked.port).toBe('ask')
  const agent = SAFE.agent
  const hash = callHash(agent, { name: 'notify', input: { message: 'Pay 10' } })
  expect(asked.output).toMatchObject({ hash, allowSelf: false })
  expect(String(asked.output.message)).toContain('Pay 10')
  const others = [
    callHash(agent, { name: 'notify', input: { message: 'Pay 100' } }),
    callHash(agent, { name: 'store.set', input: { message: 'Pay 10' } }),
    callHash(agent && { ...agent, version: 2 }, { name: 'notify', input: { message: 'Pay 10' } }),
    callHash(null, { name: 'notify', input: { message: 'Pay 10' } }),
  ]
  expect(new Set([hash, ...others]).size).toBe(5)
  expect(callHash(agent, { name: 'notify', input: { b: 1, a: 2 } })).toBe(
    callHash(agent, { name: 'notify', input: { a: 2, b: 1 } }),
  )
})

test('a call that was marked as invalid is not made, even with an allowed tool', () => {
  expect(
    gate(SAFE, {
      name: 'web.read',
      input: { url: 'https://a.example.com' },
      invalid: 'Two calls have the id 1.',
    }).port,
  ).toBe('refuse')
})

test('a failed call is an error for the model, and data that looks like an error is data', () => {
  const result = (value: Json) =>
    (
      (aiResult as PureNode).compute({
        ...inputOf(SAFE, { name: 'date', input: {} }),
        taken: { call: value },
      } as never) as { output: { output: Json } }
    ).output.output
  expect(result({ error: { code: 'node.timeout', message: 'Too slow' } })).toEqual({
    type: 'error-text',
    value: 'Too slow',
  })
  expect(result({ error: 'x' })).toEqual({ type: 'json', value: { error: 'x' } })
  expect(result({ error: { code: 'x', message: 'y' }, more: 1 })).toMatchObject({ type: 'json' })
  expect(result(null)).toEqual({ type: 'json', value: null })
})
