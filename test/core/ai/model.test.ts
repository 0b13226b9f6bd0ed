// Which step follows a model call, depending on its result.
import { expect, test } from 'vitest'
import { aiModel } from '../../../src/nodes/ai/inner/model.ts'
import { fullLimits, type Setup } from '../../../src/nodes/ai/settings.ts'
import type { EffectNode, NodeInput, NodeResult } from '../../../src/nodes/node.ts'
import type { NodePorts } from '../../../src/nodes/ports.ts'
import type { ModelAnswer, ModelRequest } from '../../../src/providers/models/types.ts'

const RUNGS = ['a', 'b'].map((model) => ({ provider: 'openai', model }))

const called = {
  provider: 'openai',
  model: 'a',
  usage: null,
  costMicros: null,
  firstTokenMs: null,
  durationMs: 1,
}

const failure = (more: Partial<Extract<ModelAnswer, { ok: false }>>): ModelAnswer => ({
  ok: false,
  ...called,
  reason: 'server',
  movesOn: true,
  message: 'No',
  hadContent: false,
  ...more,
})

async function run(
  answer: ModelAnswer,
  {
    models = RUNGS,
    failures = 0,
    costUsd,
  }: { models?: Setup['models']; failures?: number; costUsd?: number } = {},
) {
  const setup: Setup = {
    agent: null,
    instructions: '',
    messages: [{ role: 'user', content: 'Hi' }],
    models,
    tools: [],
    schema: null,
    limits: fullLimits(costUsd === undefined ? {} : { costUsd }),
    onLimit: 'end',
    at: 0,
  }
  const asked: ModelRequest[] = []
  const ports = {
    models: {
      call: (request: ModelRequest) => {
        asked.push(request)
        return Promise.resolve(answer)
      },
      estimate: () =>
        Promise.resolve({ inputTokens: 1, costMicros: { low: 500, high: 900 }, contextSize: null }),
    },
    budget: { reserve: async () => ({ ok: true, settle: async () => {} }) },
    delta: () => {},
  } as unknown as NodePorts
  const input = {
    inside: (id: string) => (id === 'begin' ? [{ iteration: 1, output: setup }] : []),
    nowMs: 1,
    failures,
    isAgain: false,
    idempotencyKey: 'key',
    run: { depth: 0 },
  } as unknown as NodeInput<unknown>
  const result: NodeResult = await (aiModel as EffectNode).run(ports, input, new AbortController().signal)
  return { result, asked }
}

test('a provider that asks for a delay is waited for once, then the next model is asked', async () => {
  const limited = failure({ reason: 'rate_limited', retryAfterMs: 2_000 })
  expect((await run(limited)).result).toMatchObject({
    error: { code: 'model.rate_limited', retryable: true, retryAfterMs: 2_000 },
  })
  expect((await run(limited, { failures: 1 })).result).toMatchObject({ port: 'next' })
  expect((await run(failure({ reason: 'rate_limited', retryAfterMs: 90_000 }))).result).toMatchObject({
    port: 'next',
  })
})

test('a model that we have suspended is skipped immediately, unless it is the only one', async () => {
  const open = failure({ reason: 'breaker_open', retryAfterMs: 2_000 })
  expect((await run(open)).result).toMatchObject({ port: 'next' })
  expect((await run(open, { models: RUNGS.slice(0, 1) })).result).toMatchObject({
    error: { retryAfterMs: 2_000 },
  })
})

test('a failure that does not move to the next model ends the node with its own code', async () => {
  expect((await run(failure({ reason: 'bad_request', movesOn: false }))).result).toMatchObject({
    error: { code: 'model.bad_request', retryable: false },
  })
})

test('a failed call that was billed is counted', async () => {
  const usage = {
    inputTokens: 10,
    outputTokens: 5,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
  }
  expect((await run(failure({ usage, costMicros: 7 }))).result).toMatchObject({
    port: 'next',
    usage: { costMicros: 7, inputTokens: 10 },
  })
  expect((await run(failure({ usage }))).result).toMatchObject({ usage: { costMicros: 0, unpricedCalls: 1 } })
})

test('each model is asked with its own idempotency key', async () => {
  const { asked } = await run(failure({}))
  expect(asked[0]?.key).toBe('key=openai/a')
})

test('a model that exceeds the rest of the limit is not called', async () => {
  const { result, asked } = await run(failure({}), { costUsd: 0.0004 })
  expect(result).toMatchObject({ output: { kind: 'stopped', limit: 'cost' }, port: 'limit' })
  expect(asked).toEqual([])
  expect((await run(failure({}), { costUsd: 0.0006 })).asked).toHaveLength(1)
})
