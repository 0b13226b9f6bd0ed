// The decisions of the loop of model calls: ladder, repair, limits, loops, and the messages that are sent.
import { expect, test } from 'vitest'
import { canonicalJson, type Json } from '../../../src/core/json.ts'
import { historyOf } from '../../../src/nodes/ai/loop/history.ts'
import { callLimit, costLeft, keepsFailing, limitOf, nextCall } from '../../../src/nodes/ai/loop/next-call.ts'
import type { Answered, Failed, Round } from '../../../src/nodes/ai/loop/turn.ts'
import { fullLimits, type Setup } from '../../../src/nodes/ai/settings.ts'
import { tokensOfRequest } from '../../../src/providers/models/tokens.ts'

const setup = (more: Partial<Setup> = {}): Setup => ({
  agent: null,
  instructions: '',
  messages: [{ role: 'user', content: 'Hi' }],
  models: ['a', 'b', 'c'].map((model) => ({ provider: 'openai', model })),
  tools: [],
  schema: null,
  limits: fullLimits(),
  onLimit: 'end',
  at: 0,
  ...more,
})

const called = {
  provider: 'openai',
  model: 'a',
  rung: 0,
  usage: null,
  costUsd: null,
  firstTokenMs: 1,
  durationMs: 2,
}

const answer = (more: Partial<Answered> = {}): Round => ({
  turn: {
    kind: 'answer',
    ...called,
    text: 'Yes',
    messages: [{ role: 'assistant', content: 'Yes' }],
    calls: [],
    finishReason: 'stop',
    isOffline: false,
    ...more,
  },
  results: null,
  raised: null,
})

const failed = (more: Partial<Failed> = {}): Round => ({
  turn: {
    kind: 'failed',
    ...called,
    reason: 'server',
    message: 'No',
    text: '',
    hadContent: false,
    isRepair: false,
    ...more,
  },
  results: null,
  raised: null,
})

const step = (name: string, input: Json, result: Json = { output: { type: 'json', value: 1 } }): Round => ({
  ...answer({
    calls: [{ id: `c${name}`, name, input }],
    messages: [
      { role: 'assistant', content: [{ type: 'tool-call', toolCallId: `c${name}`, toolName: name, input }] },
    ],
  }),
  results: [result],
})

const at = { now: 1, depth: 0, isAgain: false }

test('models are tried in order, and a loop stays with the one that answered', () => {
  expect(nextCall(setup(), [], at)).toMatchObject({ kind: 'call', rung: 0 })
  expect(nextCall(setup(), [failed()], at)).toMatchObject({ rung: 1, request: { rung: { model: 'b' } } })
  expect(nextCall(setup(), [failed(), failed({ rung: 1 })], at)).toMatchObject({ rung: 2 })
  expect(nextCall(setup(), [failed(), failed({ rung: 1 }), failed({ rung: 2 })], at)).toEqual({
    kind: 'spent',
  })
  expect(
    nextCall(
      setup(),
      [failed(), { ...step('x', {}), turn: { ...step('x', {}).turn, rung: 1 } as never }],
      at,
    ),
  ).toMatchObject({
    rung: 1,
  })
})

test('a retried run starts again with the first model', () => {
  expect(nextCall(setup(), [failed(), failed({ rung: 1 })], { ...at, isAgain: true })).toMatchObject({
    rung: 0,
  })
})

test('an answer that violates its schema is repaired once by the same model', () => {
  const broken = failed({ reason: 'bad_schema', text: '{"a":', message: 'cut off' })
  const repair = nextCall(setup(), [broken], at)
  expect(repair).toMatchObject({ kind: 'call', rung: 0, isRepair: true })
  const { messages } = (repair as Extract<typeof repair, { kind: 'call' }>).request
  expect(messages.slice(-2)).toMatchObject([{ role: 'assistant', content: '{"a":' }, { role: 'user' }])
  const next = nextCall(setup(), [broken, failed({ reason: 'bad_schema', isRepair: true })], at)
  expect(next).toMatchObject({ rung: 1, isRepair: false })
  expect((next as typeof repair & { request: { messages: Json[] } }).request.messages).toHaveLength(1)
})

test('each limit ends the loop with its own reason', () => {
  const usage = {
    inputTokens: 600,
    outputTokens: 400,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
  }
  const rounds = [answer({ usage, costUsd: 0.5 })]
  const limits = (more: Parameters<typeof fullLimits>[0]) => setup({ limits: fullLimits(more) })
  expect(limitOf(limits({ steps: 1 }), rounds, 1, 0)).toBe('steps')
  expect(limitOf(limits({ tokens: 1_000 }), rounds, 1, 0)).toBe('tokens')
  expect(limitOf(limits({ costUsd: 0.5 }), rounds, 1, 0)).toBe('cost')
  expect(limitOf(limits({ timeoutMs: 1_000 }), rounds, 1_000, 0)).toBe('time')
  expect(limitOf(limits({ depth: 1 }), rounds, 1, 2)).toBe('depth')
  expect(limitOf(limits({ steps: 2, tokens: 1_001, costUsd: 0.6 }), rounds, 1, 0)).toBeNull()
  expect(costLeft(limits({ costUsd: 0.6 }), rounds)).toBe(100_000)
})

test('a failed call counts in tokens and cost, but not as a step', () => {
  const usage = {
    inputTokens: 900,
    outputTokens: 100,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
  }
  expect(limitOf(setup({ limits: fullLimits({ steps: 1, tokens: 1_000 }) }), [failed({ usage })], 1, 0)).toBe(
    'tokens',
  )
  expect(limitOf(setup({ limits: fullLimits({ steps: 1 }) }), [failed({ usage })], 1, 0)).toBeNull()
})

test('each permission of a person allows the same amount again', () => {
  const limits = fullLimits({ steps: 1 })
  const raised: Round = {
    turn: { kind: 'stopped', limit: 'steps' },
    results: null,
    raised: { limit: 'steps', by: 'usr_1', at: 5 },
  }
  expect(limitOf(setup({ limits }), [answer(), raised], 6, 0)).toBeNull()
  expect(limitOf(setup({ limits }), [answer(), raised, answer()], 6, 0)).toBe('steps')
  const timed = { ...raised, raised: { limit: 'time', by: 'usr_1', at: 10_000 } } as Round
  expect(limitOf(setup({ limits: fullLimits({ timeoutMs: 1_000 }) }), [timed], 10_999, 0)).toBeNull()
  expect(limitOf(setup({ limits: fullLimits({ timeoutMs: 1_000 }) }), [timed], 11_000, 0)).toBe('time')
})

test('the third call of a tool with the same arguments is a loop, in any order of keys', () => {
  const rounds = [step('search', { a: 1, b: 2 }), step('search', { b: 2, a: 1 })]
  const again = [{ name: 'search', input: { a: 1, b: 2 } }]
  expect(callLimit(setup(), rounds, again, canonicalJson)).toBe('loop')
  expect(callLimit(setup(), rounds, [{ name: 'search', input: { a: 1, b: 3 } }], canonicalJson)).toBeNull()
  expect(callLimit(setup(), rounds.slice(1), again, canonicalJson)).toBeNull()
  expect(callLimit(setup(), [], [...again, ...again, ...again], canonicalJson)).toBe('loop')
  const free = {
    turn: { kind: 'stopped', limit: 'loop' },
    results: null,
    raised: { limit: 'loop', by: 'u', at: 1 },
  } as Round
  expect(callLimit(setup(), [...rounds, free], again, canonicalJson)).toBeNull()
})

test('more tool calls than allowed are not made', () => {
  const few = setup({ limits: fullLimits({ toolCalls: 2 }) })
  const rounds = [step('a', {}), step('b', {})]
  expect(callLimit(few, rounds, [{ name: 'c', input: {} }], canonicalJson)).toBe('tool')
  expect(callLimit(few, rounds.slice(1), [{ name: 'c', input: {} }], canonicalJson)).toBeNull()
})

test('invalid calls are sent back at most three times in a row', () => {
  const bad = answer({ calls: [{ id: '1', name: 'x', input: {}, invalid: 'no' }] })
  const wrong = [{ invalid: 'no' }]
  expect(keepsFailing([bad, bad], wrong)).toBe(false)
  expect(keepsFailing([bad, bad, bad], wrong)).toBe(true)
  expect(keepsFailing([bad, bad, step('y', {}), bad], wrong)).toBe(false)
  expect(keepsFailing([bad, bad, bad], [{}])).toBe(false)
})

test('the calls of one turn have their results in one message, in the order of the calls, including lost ones', () => {
  const calls = ['1', '2', '3'].map((id) => ({ id, name: 'x', input: {} }))
  const round: Round = {
    ...answer({ calls, messages: [{ role: 'assistant', content: [] }] }),
    results: [
      { output: { type: 'json', value: { a: 1 } } },
      { error: { code: 'node.timeout', message: 'Too slow' } },
    ],
  }
  expect(historyOf([round])).toEqual([
    { role: 'assistant', content: [] },
    {
      role: 'tool',
      content: [
        { type: 'tool-result', toolCallId: '1', toolName: 'x', output: { type: 'json', value: { a: 1 } } },
        {
          type: 'tool-result',
          toolCallId: '2',
          toolName: 'x',
          output: { type: 'error-text', value: 'Too slow' },
        },
        {
          type: 'tool-result',
          toolCallId: '3',
          toolName: 'x',
          output: { type: 'error-text', value: 'The call was not made.' },
        },
      ],
    },
  ])
})

test('data that a provider attached to a message is sent back unchanged', () => {
  const messages = [
    {
      role: 'assistant',
      content: [{ type: 'reasoning', text: 'Hm', providerOptions: { anthropic: { signature: 'x' } } }],
    },
  ]
  expect(historyOf([answer({ messages })])).toEqual(messages)
})

test('a result that is too large is cut, with a note', () => {
  const value = 'x'.repeat(100_000)
  const [, message] = historyOf([step('read', {}, { output: { type: 'json', value } })])
  const text = JSON.stringify(message)
  expect(text.length).toBeLessThan(66_500)
  expect(text).toContain('100000 characters in all')
})

test('an agent of thirty steps sends at most two fifths of the full history', () => {
  const rounds = Array.from({ length: 30 }, (_, i) =>
    step(
      `tool${i}`,
      { page: i },
      { output: { type: 'text', value: `Result ${i} ${'lorem ipsum dolor '.repeat(150)}` } },
    ),
  )
  const whole = (list: Round[]) =>
    list.flatMap(({ turn, results }) => [
      ...(turn as Answered).messages,
      { role: 'tool', content: results as Json },
    ])
  let sent = 0
  let replayed = 0
  for (let at = 1; at <= rounds.length; at++) {
    sent += tokensOfRequest({ messages: historyOf(rounds.slice(0, at)) })
    replayed += tokensOfRequest({ messages: whole(rounds.slice(0, at)) })
  }
  expect(sent / replayed).toBeLessThan(0.4)
})

test('the beginning of a conversation stays the same for some steps, so that a provider can cache it', () => {
  const rounds = Array.from({ length: 12 }, (_, i) =>
    step(`t${i}`, {}, { output: { type: 'text', value: 'y'.repeat(1_000) } }),
  )
  let changes = 0
  for (let at = 2; at <= rounds.length; at++) {
    const before = historyOf(rounds.slice(0, at - 1))
    const now = historyOf(rounds.slice(0, at)).slice(0, before.length)
    if (JSON.stringify(before) !== JSON.stringify(now)) changes++
  }
  expect(changes).toBeLessThanOrEqual(3)
})
