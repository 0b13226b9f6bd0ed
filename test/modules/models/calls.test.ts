// One call of a model, in the format of each provider, through the model Worker.
import { env } from 'cloudflare:workers'
import { describe, expect, inject, test } from 'vitest'
import {
  callRemote,
  type ModelDelta,
  type ModelRequest,
  type ProviderName,
} from '../../../src/providers/models/index.ts'

const base = inject('modelProviders')
const allowHosts = [new URL(base).host]

const WIRES: { provider: ProviderName; path: string }[] = [
  { provider: 'openai', path: '/openai/v1' },
  { provider: 'anthropic', path: '/anthropic/v1' },
  { provider: 'google', path: '/google/v1beta' },
  { provider: 'deepseek', path: '/deepseek' },
  { provider: 'ollama', path: '/ollama' },
  { provider: 'openai-compatible', path: '/compatible/v1' },
]

const weather = {
  name: 'city.weather',
  description: 'Weather of a city',
  inputSchema: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
}

let names = 0

async function call(
  { provider, path }: (typeof WIRES)[number],
  scenario: string,
  request: Partial<ModelRequest> = {},
  signal = new AbortController().signal,
) {
  const model = `${scenario}~${provider}-${names++}`
  const deltas: ModelDelta[] = []
  const { rung, ...rest } = request
  const answer = await callRemote(
    env.MODELS,
    {
      target: { provider, apiKey: 'sk-the-key-of-the-test', baseUrl: base + path },
      allowHosts,
      request: {
        rung: { ...rung, provider, model },
        messages: [{ role: 'user', content: 'Hello' }],
        key: 'the-idempotency-key',
        ...rest,
      },
    },
    { signal, now: Date.now, onDelta: (delta) => deltas.push(delta) },
  )
  const seen = async () => (await (await fetch(`${base}/seen/${encodeURIComponent(model)}`)).json()) as any[]
  return { answer, deltas, seen }
}

const schema = {
  type: 'object',
  properties: { name: { type: 'string' }, n: { type: 'integer' } },
  required: ['name'],
}

const resultOf = ({ id, name }: { id: string; name: string }) => ({
  type: 'tool-result',
  toolCallId: id,
  toolName: name,
  output: { type: 'json', value: { degrees: 21 } },
})

describe.each(WIRES)('$provider', (wire) => {
  test('streams an answer with its usage', async () => {
    const { answer, deltas, seen } = await call(wire, 'ok', { instructions: 'Be kind.' })
    expect(answer).toMatchObject({
      ok: true,
      text: 'Grüße an dich',
      finishReason: 'stop',
      toolCalls: [],
      usage: { inputTokens: 18, outputTokens: 7, cachedInputTokens: 4 },
      isOffline: false,
    })
    expect(deltas.map(({ text }) => text).join('')).toBe('Grüße an dich')
    const [{ headers, body }] = await seen()
    expect(headers['idempotency-key']).toBe('the-idempotency-key')
    expect(JSON.stringify(body)).toContain('Be kind.')
    if (wire.provider === 'openai') expect(body.store).toBe(false)
  })

  test('calls three tools in one turn, and accepts its own history again', async () => {
    const messages = [{ role: 'user', content: 'Weather?' }]
    const tools = [weather]
    const { answer } = await call(wire, 'tools3', { messages, tools })
    if (!answer.ok) throw new Error(answer.message)
    expect(answer.finishReason).toBe('tool')
    expect(answer.toolCalls.map(({ name, input, invalid }) => [name, input, invalid])).toEqual(
      ['Oslo', 'Rome', 'Bern'].map((city) => ['city.weather', { city }, undefined]),
    )
    expect(new Set(answer.toolCalls.map(({ id }) => id)).size).toBe(3)
    const history = [
      ...messages,
      ...answer.messages,
      { role: 'tool', content: answer.toolCalls.map(resultOf) },
    ]
    expect(JSON.parse(JSON.stringify(history))).toEqual(history)
    const second = await call(wire, 'tools3', { messages: history, tools })
    expect(second.answer).toMatchObject({ ok: true, text: 'It is 21 degrees.', finishReason: 'stop' })
    const again = await call(wire, 'tools3', { messages: history, tools })
    const [[first], [repeated]] = await Promise.all([second.seen(), again.seen()])
    // Only the model's name distinguishes the two.
    const bytes = ({ body }: any) => JSON.stringify({ ...body, model: '' })
    expect(bytes(repeated)).toBe(bytes(first))
    const kept = { openai: 'ENC==', anthropic: 'SIG==', google: 'TSIG==', deepseek: 'I need the weather.' }
    expect(bytes(first)).toContain(kept[wire.provider as keyof typeof kept] ?? 'Oslo')
  })

  test('answers with a schema, and reports invalid answers', async () => {
    const good = await call(wire, 'json', { schema })
    expect(good.answer).toMatchObject({ ok: true, object: { name: 'Ada', n: 42 } })
    for (const scenario of ['bad-json', 'other-json']) {
      const { answer } = await call(wire, scenario, { schema })
      expect(answer).toMatchObject({
        ok: false,
        reason: 'bad_schema',
        movesOn: true,
        usage: { inputTokens: 18 },
      })
      expect((answer as any).text).toContain('"name"')
    }
  })

  test.each([
    ['err400', 'bad_request', false],
    ['err400-credit', 'credit', true],
    ['err400-key', 'key_rejected', true],
    ['err400-context', 'too_large', false],
    ['err400-policy', 'refused', false],
    ['err400-model', 'unknown_model', true],
    ['err401', 'key_rejected', true],
    ['err402', 'credit', true],
    ['err403', 'forbidden', true],
    ['err403-quota', 'credit', true],
    ['err404', 'unknown_model', true],
    ['err408', 'timeout', true],
    ['err409', 'server', true],
    ['err413', 'too_large', false],
    ['err425', 'overloaded', true],
    ['err429', 'rate_limited', true],
    ['err429-quota', 'credit', true],
    ['err500', 'server', true],
    ['err503', 'overloaded', true],
    ['err529', 'overloaded', true],
    ['html', 'bad_answer', true],
    ['empty', 'bad_answer', true],
    ['cut-start', 'connection', true],
    ['cut-character', 'connection', true],
    ['cut-tool', 'connection', true],
    ['cut-end', 'connection', true],
    ['malformed', 'bad_answer', true],
    ['error-first', 'overloaded', true],
    ['error-late', 'overloaded', true],
    ['wild', 'bad_answer', true],
  ])('%s is %s', async (scenario, reason, movesOn) => {
    const { answer, deltas, seen } = await call(wire, scenario, { tools: [weather] })
    expect(answer).toMatchObject({ ok: false, reason, movesOn, hadContent: deltas.length > 0 })
    expect(JSON.stringify(answer)).not.toContain('sk-the-key')
    if (scenario === 'err429') expect(answer).toMatchObject({ retryAfterMs: 7_000 })
    if (scenario.startsWith('cut-char')) expect(deltas.length).toBe(0)
    // No hidden second attempt.
    expect(await seen()).toHaveLength(1)
  })

  test('reports which calls must not be executed', async () => {
    for (const scenario of ['unknown-tool', 'fused-tool', 'bad-arguments']) {
      const { answer } = await call(wire, scenario, { tools: [weather] })
      expect(answer).toMatchObject({ ok: true, toolCalls: [{ invalid: expect.any(String) }] })
    }
  })

  test('ends at its timeout, and when it is cancelled', async () => {
    const late = await call(wire, 'hang', { rung: { provider: wire.provider, model: '', timeoutMs: 100 } })
    expect(late.answer).toMatchObject({ ok: false, reason: 'timeout', movesOn: true })
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 100)
    const { answer } = await call(wire, 'hang', {}, controller.signal)
    expect(answer).toMatchObject({ ok: false, reason: 'cancelled', movesOn: false })
  })

  test('recognizes an answer that was cut short or refused', async () => {
    expect((await call(wire, 'length')).answer).toMatchObject({ ok: true, finishReason: 'length' })
    expect((await call(wire, 'filter')).answer).toMatchObject({ ok: true, finishReason: 'refused' })
  })
})

test('a URL that is not allowed is not called', async () => {
  const inside = await callRemote(
    env.MODELS,
    {
      target: { provider: 'openai-compatible', apiKey: null, baseUrl: 'http://169.254.169.254/v1' },
      allowHosts,
      request: {
        rung: { provider: 'openai-compatible', model: 'ok' },
        messages: [{ role: 'user', content: 'Hi' }],
        key: 'k',
      },
    },
    { signal: new AbortController().signal, now: Date.now, onDelta: () => undefined },
  )
  expect(inside).toMatchObject({ ok: false, reason: 'not_configured', movesOn: true })
})
