// The contents of an agent call, and what is refused before a run starts or a model is asked.
import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, inject, test } from 'vitest'
import { app, call, post } from '../../helpers/api.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { runOf } from '../../helpers/runs.ts'
import { upload } from '../files/support/files.ts'
import { newModelServer } from '../integrations/integrations.ts'

const EXECUTE = '/api/v1/agents/execute'
const models = inject('modelProviders')
const target = inject('httpTarget')

const execute = (as: Person, body: object) =>
  call('POST', EXECUTE, { as, body, headers: { prefer: 'wait=20' } })

const withServer = async (): Promise<Person> => {
  const person = await newPerson()
  await newModelServer(person)
  return person
}

const modelFor = (person: Person, scenario: string) => ({
  provider: 'openai-compatible',
  model: `${scenario}~checks-${person.teamId}`,
})
const seen = async (model: string) =>
  (await (await fetch(`${models}/seen/${encodeURIComponent(model)}`)).json()) as { body: any }[]

const PNG = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (char) => char.charCodeAt(0),
)

test('files are sent with the question: texts as text, images as images, and the run only stores references', async () => {
  const person = await withServer()
  const note = (await upload(person, 'note.txt', 'The code is 4711.')).body
  const image = (await upload(person, 'dot.png', PNG)).body
  const rung = modelFor(person, 'ok')
  const answer = await execute(person, {
    agent: { models: [rung] },
    prompt: 'What do you see?',
    files: [note.id, image.id],
  })
  expect(answer.body).toMatchObject({ status: 'succeeded', finishReason: 'stop' })
  const [{ body } = { body: null }] = await seen(rung.model)
  const sent = JSON.stringify(body.messages)
  expect(sent).toContain('The code is 4711.')
  expect(sent).toContain('What do you see?')
  expect(sent).toContain(`data:image/png;base64,${btoa(String.fromCharCode(...PNG))}`)
  const begin = await runOf(answer.body.id).node('agent.begin')
  expect(JSON.stringify(begin?.output)).toContain(note.id)
  expect(JSON.stringify(begin?.output)).not.toContain('4711')
})

test('a file of another team, and too many or too large files are refused', async () => {
  const [person, stranger] = [await newPerson(), await newPerson()]
  const theirs = (await upload(stranger, 'note.txt', 'theirs')).body
  const ask = (files: string[]) => execute(person, { agent: {}, prompt: 'Hi', files })
  expect(await ask([theirs.id])).toMatchObject({
    status: 422,
    body: { errors: [{ path: '/files/0', code: 'file.not_found' }] },
  })
  expect((await ask(Array(21).fill(theirs.id))).status).toBe(422)
  const image = (await upload(person, 'dot.png', PNG)).body
  await env.DB.prepare('UPDATE files SET size_bytes = ? WHERE id = ?')
    .bind(10 * 1024 * 1024 + 1, image.id)
    .run()
  expect(await ask([image.id])).toMatchObject({ status: 413, body: { code: 'file.too_large' } })
  const text = (await upload(person, 'long.txt', 'x')).body
  await env.DB.prepare('UPDATE files SET size_bytes = ? WHERE id = ?')
    .bind(1024 * 1024 + 1, text.id)
    .run()
  expect((await ask([text.id])).status).toBe(413)
})

test('an image in the request itself is limited by the size of requests', async () => {
  const person = await newPerson()
  const image = `data:image/png;base64,${'A'.repeat(11 * 1024 * 1024)}`
  const messages = [{ role: 'user', content: [{ type: 'image', image }] }]
  expect((await post(EXECUTE, person, { agent: {}, messages })).status).toBe(413)
})

test('a prompt that is too large for every model of the list is refused with both counts', async () => {
  const person = await newPerson()
  const prompt = 'word '.repeat(120_000)
  const rules = { provider: 'offline', model: 'rules-1' }
  const answer = await execute(person, { agent: { models: [rules] }, prompt })
  expect(answer).toMatchObject({ status: 422, body: { code: 'model.too_large' } })
  expect(answer.body.detail).toMatch(/about 16\d{4} tokens; rules-1 of offline takes in 100000/)
})

test('a missing provider, model or key is reported before a run starts', async () => {
  const person = await newPerson()
  const ask = (rung: object) => execute(person, { agent: { models: [rung] }, prompt: 'Hi' })
  const unknown = await ask({ provider: 'acme', model: 'x' })
  expect(unknown.status).toBe(422)
  expect(unknown.body.errors).toMatchObject([
    { path: '/agent/models/0/provider', message: expect.stringContaining('known are offline, openai') },
  ])
  const wrong = await ask({ provider: 'offline', model: 'gpt-5' })
  expect(wrong.body.errors).toMatchObject([{ message: expect.stringContaining('known is rules-1') }])
  const missing = await ask({ provider: 'openai', model: 'gpt-5-mini' })
  expect(missing).toMatchObject({ status: 409, body: { code: 'model.not_configured' } })
  expect(missing.body.detail).toContain('ai.openai')
  const ladder = await execute(person, {
    agent: {
      models: [
        { provider: 'openai', model: 'x' },
        { provider: 'offline', model: 'rules-1' },
      ],
    },
    prompt: 'Hi',
  })
  expect(ladder.body).toMatchObject({ status: 'succeeded' })
  const workflow = await post('/api/v1/workflows', person, {
    name: 'Asks',
    definition: {
      nodes: [
        {
          id: 'it',
          type: 'ai.generate',
          params: { prompt: 'Hi', models: [{ provider: 'acme', model: 'x' }] },
        },
      ],
    },
  })
  expect(workflow.status).toBe(422)
  expect(workflow.text).toContain('known are offline, openai')
})

test('a capability without an implementation is refused, not ignored', async () => {
  const person = await newPerson()
  expect(await execute(person, { agent: {}, prompt: 'Hi', capability: 'summarise' })).toMatchObject({
    status: 422,
    body: { code: 'agent.unknown_capability' },
  })
  expect(
    (await execute(person, { agent: {}, prompt: 'Hi', parameters: { a: 1 } })).body.errors,
  ).toMatchObject([{ path: '/parameters' }])
})

test('tools that answer endlessly, with far too much or with a page give the model an error', async () => {
  const person = await withServer()
  const html = encodeURIComponent(btoa('<html><script>alert(1)</script>Hello</html>'))
  const resultsOf = async (paths: string[], config: Record<string, unknown> = {}) => {
    const calls = paths.map((path) => ({ name: 'http.request', args: { url: `${target}${path}` } }))
    const tools = [{ name: 'http.request', config: { hosts: [new URL(target).host], ...config } }]
    const answer = await execute(person, {
      agent: { models: [modelFor(person, 'say')], tools },
      prompt: JSON.stringify(calls),
    })
    expect(answer.body).toMatchObject({ status: 'succeeded', text: 'Done.' })
    const results = ((await runOf(answer.body.id).node('agent.tool'))?.output ?? []) as {
      output: { type: string; value: string }
    }[]
    expect(results.map(({ output }) => output.type)).toEqual(Array(paths.length).fill('error-text'))
    return results.map(({ output }) => output.value)
  }
  const [huge, announced, page] = await resultsOf([
    '/huge/x',
    '/huge/x?length',
    `/typed/x?type=text/html&base64=${html}`,
  ])
  for (const large of [huge, announced]) expect(large).toContain('larger than 2097152 bytes')
  expect(page).toContain('and a web page')
  const [endless] = await resultsOf(['/drip/x'], { timeoutMs: 1_000 })
  expect(endless).toContain('No answer within 1000 ms')
})

test('a model that returns nonsense ends with a clear error', async () => {
  const person = await withServer()
  const schema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }
  const ask = async (scenario: string, more: object = {}) =>
    (
      await execute(person, {
        agent: { models: [modelFor(person, scenario)], tools: ['calculator'] },
        prompt: 'Hi',
        ...more,
      })
    ).body
  expect((await ask('bad-json', { schema })).error).toMatchObject({ code: 'model.bad_schema' })
  // Once, and the repair.
  expect(await seen(modelFor(person, 'bad-json').model)).toHaveLength(2)
  expect((await ask('empty')).error).toMatchObject({ code: 'model.bad_answer' })
  expect((await ask('wild')).error).toMatchObject({ code: 'model.bad_answer' })
  for (const scenario of ['unknown-tool', 'fused-tool'])
    expect(await ask(scenario)).toMatchObject({ status: 'succeeded', finishReason: 'loop', steps: 3 })
  expect((await ask('written-call')).error).toMatchObject({
    code: 'model.bad_answer',
    message: expect.stringContaining('as text'),
  })
})

test.each([
  [true, 'hang', 'cancelled'],
  [false, 'slow', 'succeeded'],
])(
  'with cancelOnDisconnect %j a client that disconnects leaves a run that is %s, %s',
  async (cancelOnDisconnect, scenario, status) => {
    const person = await withServer()
    const response = await app.fetch(
      new Request('http://orrery.test/api/v1/agents/stream', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${person.token}`,
          'x-team-id': person.teamId,
          'content-type': 'application/json',
        },
        body: JSON.stringify({
          agent: { models: [modelFor(person, scenario)] },
          messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
          cancelOnDisconnect,
        }),
      }),
      env,
      createExecutionContext(),
    )
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    const { value } = await reader.read()
    const runId = /run_[0-9a-z]+/.exec(new TextDecoder().decode(value))?.[0] ?? ''
    await reader.cancel()
    expect(await runOf(runId).view({}, 60_000)).toMatchObject({ status })
  },
)
