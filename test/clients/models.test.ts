// Models, checked by third parties: a running installation calls a third-party mock of the chat API, and prices of
// calls are compared with a third-party price list.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { after, before, test } from 'node:test'
import { calcPrice } from '@pydantic/genai-prices'
import { findPort } from '../../scripts/server/port.ts'
import { type ModelRate, modelCostMicros } from '../../src/modules/prices/model-price.ts'
import { call, signIn } from '../e2e/client.ts'
import {
  end,
  eventually,
  forget,
  type Installation,
  newStateDir,
  readState,
  start,
} from '../e2e/installation.ts'

const stateDir = newStateDir()
let installation: Installation
let admin: string
let mock: ReturnType<typeof spawn>
let origin: string

const api = <T>(method: string, path: string, json?: unknown) =>
  call<T>(installation.url, method, `/api/v1${path}`, {
    token: admin,
    ...(json === undefined ? {} : { json }),
  })

before(async () => {
  const port = await findPort(0, '127.0.0.1')
  origin = `http://127.0.0.1:${port}`
  mock = spawn(process.execPath, [`${import.meta.dirname}/node_modules/@dwmkerr/mock-llm/dist/main.js`], {
    env: { ...process.env, PORT: String(port), HOST: '127.0.0.1' },
    stdio: 'ignore',
  })
  installation = await start(stateDir, { OUTBOUND_ALLOW_HOSTS: `127.0.0.1:${port}` })
  const { adminPassword } = readState<{ adminPassword: string }>(stateDir, 'secrets.json')!
  admin = await signIn(installation.url, 'admin@example.com', adminPassword)
  await eventually(
    'the mock answers',
    async () => (await fetch(`${origin}/health`).catch(() => null))?.ok ?? false,
  )
})

after(async () => {
  mock.kill()
  await end(installation)
  forget(stateDir)
})

const PROVIDERS = '/admin/settings/ai-providers'

test('a third-party chat server is called through the model Worker', async () => {
  await api('POST', PROVIDERS, {
    provider: 'openai-compatible',
    baseUrl: `${origin}/v1`,
    apiKey: 'any-key-will-do',
  })
  const good = await api<{ ok: boolean; model: string }>('POST', `${PROVIDERS}/openai-compatible/test`, {
    model: 'gpt-4',
  })
  assert.deepEqual([good.body.ok, good.body.model], [true, 'gpt-4'])
})

const MODELS = [
  ['openai', 'gpt-5'],
  ['openai', 'gpt-5.4'],
  ['openai', 'gpt-4o-mini'],
  ['openai', 'gpt-4.1'],
  ['openai', 'o3'],
  ['anthropic', 'claude-sonnet-4-5'],
  ['anthropic', 'claude-opus-4-1'],
  ['anthropic', 'claude-haiku-4-5'],
  ['google', 'gemini-2.5-pro'],
  ['google', 'gemini-2.5-flash'],
] as const

/** For each model: small, cached, written, reasoning, and longer than the step of its price. */
const CALLS = [
  { inputTokens: 1_234, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 567, reasoningTokens: 0 },
  {
    inputTokens: 98_765,
    cachedInputTokens: 54_321,
    cacheWriteTokens: 0,
    outputTokens: 1_111,
    reasoningTokens: 333,
  },
  {
    inputTokens: 40_001,
    cachedInputTokens: 10_007,
    cacheWriteTokens: 20_011,
    outputTokens: 13,
    reasoningTokens: 0,
  },
  {
    inputTokens: 7,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 65_537,
    reasoningTokens: 65_000,
  },
  {
    inputTokens: 300_001,
    cachedInputTokens: 100_003,
    cacheWriteTokens: 0,
    outputTokens: 2_003,
    reasoningTokens: 1,
  },
]

test('fifty calls cost what a third-party price list says, to the micro-dollar', async () => {
  let compared = 0
  for (const [provider, model] of MODELS) {
    const path = `/costs/prices?provider=${provider}&model=${model}&limit=100`
    const { body } = await api<{
      items: { unit: string; above: number; unitPriceUsd: string; validFrom: string }[]
    }>('GET', path)
    const newest = new Map<string, ModelRate>()
    const byDay = [...body.items].sort((a, b) => a.validFrom.localeCompare(b.validFrom))
    for (const { unit, above, unitPriceUsd: usd } of byDay)
      newest.set(`${unit} ${above}`, { unit, above, usd })
    for (const tokens of CALLS) {
      const theirs = calcPrice(
        {
          input_tokens: tokens.inputTokens,
          cache_read_tokens: tokens.cachedInputTokens,
          cache_write_tokens: tokens.cacheWriteTokens,
          output_tokens: tokens.outputTokens,
        },
        model,
        { providerId: provider },
      )
      assert.ok(theirs, `${model} has no price there`)
      const ours = modelCostMicros([...newest.values()], tokens)
      assert.equal(
        ours,
        Math.round(Number((theirs.total_price * 1e6).toFixed(6))),
        `${model} ${JSON.stringify(tokens)}`,
      )
      compared++
    }
  }
  assert.equal(compared, 50)
})
