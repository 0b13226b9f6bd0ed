// The model that is called if none is set.
import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { forgetBreakers } from '../../../src/modules/models/breaker/breaker.ts'
import { forgetTargets } from '../../../src/modules/models/targets/targets.ts'
import { call, get, post } from '../../helpers/api.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { newIntegration } from '../integrations/integrations.ts'

const base = inject('modelProviders')
const WAIT = { prefer: 'wait=20' }
const USUAL = { provider: 'openai', model: 'gpt-5-mini' }

const PATH = '/api/v1/admin/settings/ai-providers'
let person: Person

/** A key of the platform applies to all teams, so this file runs alone. */
beforeAll(async () => {
  person = await newPerson({ platformRole: 'admin' })
  const key = { provider: 'openai', apiKey: 'sk-of-the-platform-9876', baseUrl: `${base}/openai/v1` }
  const set = await post(PATH, person, key)
  if (set.status !== 200) throw new Error(set.text)
})

afterAll(async () => {
  await env.DB.batch([
    env.DB.prepare('DELETE FROM ai_providers'),
    env.DB.prepare('DELETE FROM model_breakers'),
  ])
  forgetTargets()
  forgetBreakers()
})

const run = async (as: Person, definition: object) => {
  const made = await post('/api/v1/workflows', as, { name: 'Asks', definition })
  if (made.status !== 201) throw new Error(made.text)
  const ran = await call('POST', `/api/v1/workflows/${made.body.id}/execute`, { as, body: {}, headers: WAIT })
  return { workflowId: made.body.id as string, ...ran.body }
}

const one = (type: string, params: object) => ({
  nodes: [{ id: 'it', type, params }],
  output: '{{ nodes.it }}',
})

test.each([
  ['ai.generate', { prompt: 'Hi', temperature: 0.5 }],
  ['ai.agent', { agent: {}, prompt: 'Hi' }],
  ['ai.agent', { agentId: 'writer', prompt: 'Hi' }],
])('%s without models uses the default of the team, and the run records it', async (type, params) => {
  const done = await run(person, one(type, params))
  expect(done).toMatchObject({ status: 'succeeded', output: { model: USUAL } })
  const ladder = await get(`/api/v1/runs/${done.id}/nodes/it.ladder`, person)
  expect(ladder.body.output.models).toMatchObject([USUAL])
  if ('temperature' in params) expect(ladder.body.output.models[0].temperature).toBe(0.5)
})

test('embeddings use the embedding model', async () => {
  const done = await run(person, one('ai.embed', { texts: ['a', 'b'] }))
  expect(done).toMatchObject({
    status: 'succeeded',
    output: { model: { provider: 'openai', model: 'text-embedding-3-small' } },
  })
})

test('the dry run names the default', async () => {
  const { workflowId } = await run(person, one('ai.generate', { prompt: 'Hi' }))
  const plan = await post(`/api/v1/workflows/${workflowId}/plan`, person, {})
  expect(plan.body.nodes[0].estimate).toMatchObject(USUAL)
})

test('calls and batches over HTTP use the default too', async () => {
  const ask = (path: string, body: object) =>
    call('POST', `/api/v1/agents/${path}`, { as: person, body, headers: WAIT })
  expect((await ask('execute', { agent: {}, prompt: 'Hi' })).body.output.model).toMatchObject(USUAL)
  expect((await ask('writer/execute', { prompt: 'Hi' })).body.output.model).toMatchObject(USUAL)
  const batch = await ask('writer/batch', { inputs: [{ prompt: 'a' }, { prompt: 'b' }] })
  expect(batch.body.output).toMatchObject([{ model: USUAL }, { model: USUAL }])
})

test('a key of the team takes precedence, and a retry uses the model of its run, whatever the default is by then', async () => {
  const team = await newPerson()
  const integration = await newIntegration(team, {
    type: 'ai.deepseek',
    config: {},
    secrets: { apiKey: 'the-key-of-the-team-1234' },
    allowedHosts: undefined,
  })
  const failed = await run(team, one('ai.generate', { prompt: 'Hi' }))
  expect(failed.status).toBe('failed')
  const modelsAndPortOf = async (id: string) =>
    (await get(`/api/v1/runs/${id}/nodes/it.ladder`, team)).body.output
  const theirs = { models: [{ provider: 'deepseek', model: 'deepseek-chat' }] }
  expect(await modelsAndPortOf(failed.id)).toEqual(theirs)
  await call('DELETE', `/api/v1/users/integrations/${integration.id}`, { as: team })
  const again = await call('POST', `/api/v1/workflows/executions/${failed.id}/retry`, {
    as: team,
    body: {},
    headers: WAIT,
  })
  expect(await modelsAndPortOf(again.body.id)).toEqual(theirs)
  const anew = await run(team, one('ai.generate', { prompt: 'Hi' }))
  expect(anew.output.model).toMatchObject(USUAL)
})

test('without any key the offline model answers, and says so', async () => {
  await call('DELETE', `${PATH}/openai`, { as: person })
  const done = await run(person, one('ai.generate', { prompt: 'Hi' }))
  expect(done.output.model).toEqual({ provider: 'offline', model: 'rules-1', isOffline: true })
})
