// Embeddings of texts, in the format of each provider that has them, and as a node of a run.
import { env } from 'cloudflare:workers'
import { expect, inject, test } from 'vitest'
import { embedRemote, type ProviderName } from '../../../src/providers/models/index.ts'
import { newPerson } from '../../helpers/people.ts'
import { start } from '../../helpers/runs.ts'
import { newModelServer } from '../integrations/integrations.ts'

const base = inject('modelProviders')
const allowHosts = [new URL(base).host]

const WIRES: [ProviderName, string, number | null][] = [
  ['openai', '/openai/v1', 5],
  ['google', '/google/v1beta', null],
  ['ollama', '/ollama', 5],
  ['openai-compatible', '/compatible/v1', 5],
]

let names = 0
const embed = async (provider: ProviderName, path: string, texts: string[], scenario = 'ok') => {
  const model = `${scenario}~embed-${provider}-${names++}`
  const target = { provider, apiKey: 'sk-the-key', baseUrl: base + path }
  const answer = await embedRemote(
    env.MODELS,
    { target, rung: { provider, model }, texts, key: 'the-key', allowHosts },
    new AbortController().signal,
  )
  const seen = (await (await fetch(`${base}/seen/${encodeURIComponent(model)}`)).json()) as {
    headers: any
    body: any
  }[]
  return { answer, seen }
}

test.each(WIRES)('%s returns an embedding for each text, in order', async (provider, path, inputTokens) => {
  const { answer, seen } = await embed(provider, path, ['Ada', 'Grace Hopper'])
  expect(answer).toMatchObject({
    ok: true,
    vectors: [
      [3, 0, 0.5],
      [12, 1, 0.5],
    ],
    inputTokens,
  })
  expect(seen[0]?.headers['idempotency-key']).toBe('the-key:0')
})

test.each(WIRES)(
  '%s is called with as many requests as it needs, each with its own key',
  async (provider, path) => {
    const texts = Array.from({ length: 2_100 }, (_, i) => 'x'.repeat((i % 7) + 1))
    const { answer, seen } = await embed(provider, path, texts)
    expect(answer).toMatchObject({ ok: true })
    if (answer.ok) expect(answer.vectors.map(([length]) => length)).toEqual(texts.map(({ length }) => length))
    expect(seen.length).toBeGreaterThan(1)
    expect(new Set(seen.map(({ headers }) => headers['idempotency-key'])).size).toBe(seen.length)
  },
)

test.each(['anthropic', 'deepseek'] as const)(
  '%s does not offer embeddings, and says so',
  async (provider) => {
    const { answer, seen } = await embed(provider, `/${provider}`, ['Ada'])
    expect(answer).toMatchObject({
      ok: false,
      reason: 'bad_request',
      message: expect.stringContaining('does not offer embeddings'),
    })
    expect(seen).toEqual([])
  },
)

test.each([
  ['err401', 'key_rejected'],
  ['err429', 'rate_limited'],
  ['err500', 'server'],
])('a failure is classified: %s is %s', async (scenario, reason) => {
  const { answer } = await embed('openai-compatible', '/compatible/v1', ['Ada'], scenario)
  expect(answer).toMatchObject({ ok: false, reason, movesOn: true })
})

test('ai.embed tries its models in order, and counts the usage', async () => {
  const person = await newPerson()
  await newModelServer(person)
  const rung = (scenario: string) => ({
    provider: 'openai-compatible',
    model: `${scenario}~${person.teamId}`,
  })
  const run = await start(
    {
      nodes: [
        {
          id: 'it',
          type: 'ai.embed',
          params: { texts: ['Ada', 'Grace'], models: [rung('err500'), rung('ok')] },
        },
      ],
    },
    { teamId: person.teamId },
  )
  expect(run).toMatchObject({
    status: 'succeeded',
    output: {
      vectors: [
        [3, 0, 0.5],
        [5, 1, 0.5],
      ],
      model: rung('ok'),
      usage: { inputTokens: 5, unpricedCalls: 1 },
    },
    cost: { inputTokens: 5 },
  })
  const one = await start(
    { nodes: [{ id: 'it', type: 'ai.embed', params: { texts: 'Ada', models: [rung('ok')] } }] },
    { teamId: person.teamId },
  )
  expect(one.output).toMatchObject({ vectors: [[3, 0, 0.5]] })
})
