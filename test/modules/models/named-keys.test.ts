// A team with several integrations of one type: an entry of `models` names the integration to use.
import { expect, inject, test } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { start } from '../../helpers/runs.ts'
import { newIntegration } from '../integrations/integrations.ts'

const base = inject('modelProviders')

const server = (as: Person, name: string, key: string, models?: string[]) =>
  newIntegration(as, {
    type: 'ai.compatible',
    name,
    config: { baseUrl: `${base}/compatible/v1`, ...(models === undefined ? {} : { models }) },
    secrets: { apiKey: key },
    allowedHosts: undefined,
  })

const keysSeen = async (model: string): Promise<string[]> => {
  const seen = (await (await fetch(`${base}/seen/${encodeURIComponent(model)}`)).json()) as {
    headers: { authorization: string }
  }[]
  return seen.map(({ headers }) => headers.authorization.replace('Bearer ', ''))
}

const generate = (as: Person, models: object[]) =>
  start(
    { nodes: [{ id: 'it', type: 'ai.generate', params: { prompt: 'Hi', models } }] },
    { teamId: as.teamId },
  )

test('an entry of `models` uses the given integration, by id or name, or else the first one', async () => {
  const person = await newPerson()
  await server(person, 'First', 'key-of-the-first')
  const second = await server(person, 'Second', 'key-of-the-second')
  const model = `ok~${person.teamId}`
  const rung = { provider: 'openai-compatible', model }
  for (const integration of [undefined, 'Second', second.id, 'First'])
    expect(await generate(person, [{ ...rung, integration }])).toMatchObject({ status: 'succeeded' })
  expect(await keysSeen(model)).toEqual([
    'key-of-the-first',
    'key-of-the-second',
    'key-of-the-second',
    'key-of-the-first',
  ])
})

test.each(['../files', 'gemini/../../upload', 'x?alt=media#', 'x:batch', 'x%2f..', '..'])(
  'the name %s cannot lead to another endpoint of the provider',
  async (model) => {
    const run = await generate(await newPerson(), [{ provider: 'google', model }])
    expect(run).toMatchObject({ status: 'failed' })
    expect(JSON.stringify(run.error)).toContain('has no model')
  },
)

test('the same model with two integrations is a list of two entries, each with its own key', async () => {
  const person = await newPerson()
  await server(person, 'First', 'key-of-the-first')
  await server(person, 'Second', 'key-of-the-second')
  const model = `err500~${person.teamId}`
  const rung = { provider: 'openai-compatible', model }
  const models = [
    { ...rung, integration: 'First' },
    { ...rung, integration: 'Second' },
  ]
  expect(await generate(person, models)).toMatchObject({ error: { code: 'model.all_failed' } })
  expect(await keysSeen(model)).toEqual(['key-of-the-first', 'key-of-the-second'])
})

test('an integration of another team, type or name is not used, and not replaced by another', async () => {
  const [person, stranger] = [await newPerson(), await newPerson()]
  await server(person, 'Mine', 'key-of-mine')
  const theirs = await server(stranger, 'Theirs', 'key-of-theirs')
  const tool = await newIntegration(person)
  const model = `ok~${person.teamId}`
  for (const integration of [theirs.id, 'Theirs', tool.name, 'Missing'])
    expect(await generate(person, [{ provider: 'openai-compatible', model, integration }])).toMatchObject({
      status: 'failed',
      error: { code: 'model.not_configured' },
    })
  expect(await keysSeen(model)).toEqual([])
})

test('an unknown integration is refused when it is saved or called', async () => {
  const person = await newPerson()
  const models = [{ provider: 'openai-compatible', model: 'x', integration: 'Missing' }]
  const agent = await post('/api/v1/agents', person, { name: 'Clerk', models })
  expect(agent).toMatchObject({
    status: 422,
    body: { errors: [{ path: '/models/0/integration', code: 'credential.not_found' }] },
  })
  const called = await post('/api/v1/agents/execute', person, { agent: { models }, prompt: 'Hi' })
  expect(called.body.errors).toMatchObject([{ path: '/agent/models/0/integration' }])
  const workflow = await post('/api/v1/workflows', person, {
    name: 'Asks',
    definition: { nodes: [{ id: 'it', type: 'ai.generate', params: { prompt: 'Hi', models } }] },
  })
  expect(workflow.status).toBe(422)
  expect(workflow.text).toContain('credential.not_found')
})

test('the list of models contains each integration with its models', async () => {
  const person = await newPerson()
  await server(person, 'First', 'key-of-the-first', ['qwen3', 'llama4'])
  await server(person, 'Second', 'key-of-the-second', ['qwen3'])
  const seen: string[] = []
  let cursor = ''
  do {
    const page = await get(`/api/v1/agents/models?provider=openai-compatible&limit=2${cursor}`, person)
    for (const { model, integration, isDefault, keySource } of page.body.items)
      seen.push(`${integration.name} ${model} ${keySource}${isDefault ? ' default' : ''}`)
    cursor = page.body.nextCursor === null ? '' : `&cursor=${encodeURIComponent(page.body.nextCursor)}`
  } while (cursor !== '')
  expect(seen).toEqual(['First qwen3 team default', 'First llama4 team', 'Second qwen3 team'])
  const answer = await call('POST', '/api/v1/agents/execute', {
    as: person,
    body: {
      agent: { models: [{ provider: 'openai-compatible', model: 'ok', integration: 'Second' }] },
      prompt: 'Hi',
    },
    headers: { prefer: 'wait=20' },
  })
  expect(answer.body).toMatchObject({ status: 'succeeded', finishReason: 'stop' })
})
