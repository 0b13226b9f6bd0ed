// What a thread stores of an answer, and how much of a thread an agent sees.
import { expect, test } from 'vitest'
import type { Json } from '../../../src/core/json.ts'
import {
  answerOf,
  asNewest,
  asOlder,
  bytesOf,
  keptOf,
  MAX_ASKED_BYTES,
  tokensIn,
  transcriptOf,
} from '../../../src/modules/agent-threads/pure/answer.ts'
import { partsOf } from '../../../src/modules/agent-threads/pure/ui.ts'
import { windowOf } from '../../../src/modules/agent-threads/pure/window.ts'
import { setupOf } from '../../../src/nodes/ai/loop/read.ts'
import type { Round } from '../../../src/nodes/ai/loop/turn.ts'
import { promptOf } from '../../../src/providers/models/prompt.ts'
import { type Random, randomFrom } from '../../contract/support/random.ts'
import { casesOf, repeatWith, SEED } from '../../helpers/random-cases.ts'

const called = {
  provider: 'offline',
  model: 'rules-1',
  rung: 0,
  usage: null,
  costUsd: null,
  firstTokenMs: null,
  durationMs: 0,
}

function answered(random: Random, isLast: boolean): Round {
  const calls = Array.from({ length: isLast ? 0 : 1 + random.below(3) }, (_, index) => ({
    id: `call_${random.below(1_000_000)}_${index}`,
    name: 'web.read',
    input: { url: 'https://example.com' },
  }))
  const text = random.chance(0.5) ? 'Words' : ''
  const content: Json[] = [
    ...(random.chance(0.3)
      ? [{ type: 'reasoning', text: 'Hm', providerOptions: { openai: { sealed: 'x' } } }]
      : []),
    ...(text === '' ? [] : [{ type: 'text', text }]),
    ...calls.map(({ id, name, input }) => ({ type: 'tool-call', toolCallId: id, toolName: name, input })),
  ]
  const result = (id: string): Json =>
    random.chance(0.2)
      ? null
      : {
          toolCallId: id,
          toolName: 'web.read',
          output: random.chance(0.2)
            ? { type: 'error-text', value: 'Gone' }
            : { type: 'json', value: { text: 'x'.repeat(random.below(60_000)) } },
        }
  return {
    turn: {
      ...called,
      kind: 'answer',
      text,
      messages: content.length === 0 ? [] : [{ role: 'assistant', content }],
      calls,
      finishReason: calls.length > 0 ? 'tool' : 'stop',
      isOffline: false,
    },
    results: random.chance(0.2) ? null : calls.map(({ id }) => result(id)),
    raised: null,
  }
}

const FAILED: Round = {
  turn: {
    ...called,
    kind: 'failed',
    reason: 'server',
    message: 'no',
    text: '',
    hadContent: false,
    isRepair: false,
  },
  results: null,
  raised: null,
}

test('however a run ended, the stored answer is a history that providers accept', () => {
  for (let at = 0; at < casesOf(300); at++) {
    const random = randomFrom(SEED + at)
    const ends = random.chance(0.5)
    const rounds = Array.from({ length: random.below(8) }, (_, index, all = 8) =>
      random.chance(0.1) ? FAILED : answered(random, ends && index === all - 1),
    )
    if (ends) rounds.push(answered(random, true))
    const why = repeatWith(SEED, at + 1)
    const kept = answerOf(rounds, ends ? 'stop' : 'cancelled', null)
    const again = asOlder(kept)
    for (const answer of [kept, again]) {
      const prompt = promptOf(undefined, [user('Hi'), ...answer, user('And?')], (name) => name)
      expect(prompt, why).toMatchObject({ ok: true })
      const last = answer.at(-1) as { role: string; content: { type: string; text?: string }[] }
      expect(last.role, why).toBe('assistant')
      expect(
        last.content.some(({ type, text }) => type === 'text' && text !== ''),
        why,
      ).toBe(true)
      expect(JSON.stringify(answer).length, why).toBeLessThanOrEqual(800_000)
    }
    expect(asOlder(again), why).toEqual(again)
    const parts = partsOf(kept)
    expect(
      parts.filter(({ type }) => type === 'dynamic-tool').every(({ state }) => state !== undefined),
    ).toBe(true)
  }
})

const user = (text: string): Json => ({ role: 'user', content: text })

test('a missing answer is stored with the reason', () => {
  expect(JSON.stringify(answerOf([], 'error', 'model.all_failed'))).toContain('error, model.all_failed')
})

test('a long result is cut, and shortened to its beginning in older turns', () => {
  const round = answered(randomFrom(1), false)
  const [call] = (round.turn as { calls: { id: string }[] }).calls
  const result = (chars: number): Round => ({
    ...round,
    results: [
      {
        toolCallId: call?.id ?? '',
        toolName: 'web.read',
        output: { type: 'text', value: 'x'.repeat(chars) },
      },
    ],
  })
  const kept = JSON.stringify(answerOf([result(40_000)], 'stop', null))
  expect(kept.length).toBeGreaterThan(16_000)
  expect(kept.length).toBeLessThan(18_000)
  expect(JSON.stringify(asOlder(answerOf([result(40_000)], 'stop', null))).length).toBeLessThan(1_500)
})

test('the window contains the newest whole turns, and moves in steps', () => {
  for (let at = 0; at < casesOf(200); at++) {
    const random = randomFrom(SEED + at)
    const memory = { messages: random.below(40), tokens: 200 + random.below(5_000) }
    const all: { n: number; tokens: number }[] = []
    let from = 1
    let moves = 0
    for (let n = 1; n <= 60; n++) {
      const seen = all.filter((one) => one.n >= from)
      const window = windowOf(seen, memory, n)
      const kept = seen.filter((one) => one.n >= window.from)
      const why = repeatWith(SEED, at + 1)
      expect(kept.length, why).toBeLessThanOrEqual(Math.floor(memory.messages / 2))
      expect(
        kept.reduce((sum, { tokens }) => sum + tokens, 0),
        why,
      ).toBeLessThanOrEqual(memory.tokens)
      expect([...window.older, ...kept.map((one) => one.n)], why).toEqual(seen.map((one) => one.n))
      if (window.older.length > 0) moves++
      from = window.from
      all.push({ n, tokens: 10 + random.below(20) })
    }
    // Two moves are at least half a window apart.
    const most = Math.min(Math.floor(memory.messages / 2), memory.tokens / 30)
    if (most >= 2) expect(moves, repeatWith(SEED, at + 1)).toBeLessThanOrEqual(60 / Math.floor(most / 2))
  }
})

test('thirty turns of a thread send at most two fifths of the full history', () => {
  const random = randomFrom(SEED)
  let all = 0
  let sent = 0
  let from = 1
  const turns: { n: number; tokens: number; whole: number }[] = []
  for (let n = 1; n <= 30; n++) {
    const rounds = [answered(random, false), answered(random, false), answered(random, true)]
    const answer = answerOf(rounds, 'stop', null)
    const window = windowOf(
      turns.filter((one) => one.n >= from),
      { messages: 20, tokens: 20_000 },
      n,
    )
    from = window.from
    const seen = turns.filter((one) => one.n >= from)
    all += turns.reduce((sum, { whole }) => sum + whole, 0)
    sent += seen.reduce((sum, one) => sum + (one.n === n - 1 ? one.whole : one.tokens), 0)
    turns.push({ n, tokens: tokensIn(answer), whole: Math.ceil(JSON.stringify(answer).length / 3.6) })
  }
  expect(sent / all).toBeLessThan(0.4)
})

test('the summary comes before the visible messages, as data of the user, and its usage counts against the limits', () => {
  const setup = {
    messages: [user('And?')],
    models: [],
    limits: { tokens: 1_000, costMicros: 500 },
    thread: { summary: 'Old.', toSum: null },
  }
  const read = (sums: object[]) =>
    setupOf({
      inside: (id) =>
        id === 'begin'
          ? [{ iteration: 1, output: setup }]
          : id === 'sum'
            ? sums.map((output) => ({ iteration: 1, output }))
            : [],
    })
  expect(read([]).messages[0]).toMatchObject({ role: 'user', content: expect.stringContaining('Old.') })
  const summed = read([{ summary: 'New.', usage: { inputTokens: 300, outputTokens: 100 }, costUsd: 0.0002 }])
  expect(summed.messages).toHaveLength(2)
  expect(summed.messages[0]).toMatchObject({ content: expect.stringContaining('New.') })
  expect(summed.limits).toMatchObject({ tokens: 600, costMicros: 300 })
  expect(read([{ why: 'failed' }]).messages[0]).toMatchObject({ content: expect.stringContaining('Old.') })
})

test('the text to summarise has the speakers, without results of tools', () => {
  const text = transcriptOf(
    [
      user('Read it'),
      {
        role: 'assistant',
        content: [{ type: 'tool-call', toolCallId: 'a', toolName: 'web.read', input: {} }],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'a',
            toolName: 'web.read',
            output: { type: 'text', value: 'SECRET' },
          },
        ],
      },
      { role: 'assistant', content: [{ type: 'text', text: 'Done' }] },
    ],
    100,
  )
  expect(text).toBe('User: Read it\nAssistant (used web.read): \nAssistant: Done')
})

test('question and answer fit into one row of the database, in any script', () => {
  const said = (text: string): Round[] => [
    {
      turn: {
        ...called,
        kind: 'answer',
        text,
        messages: [
          { role: 'assistant', content: Array.from({ length: 30 }, () => ({ type: 'text', text })) },
        ],
        calls: [],
        finishReason: 'stop',
        isOffline: false,
      },
      results: null,
      raised: null,
    },
  ]
  for (const letter of ['x', 'ß', '漢', '😀', '\u0001']) {
    const bytes = bytesOf(JSON.stringify(answerOf(said(letter.repeat(150_000)), 'stop', null)))
    expect(bytes).toBeLessThanOrEqual(1_000_000)
    expect(bytes + MAX_ASKED_BYTES).toBeLessThan(2_000_000)
  }
})

test('a file is sent with its question, and later turns have a note instead', () => {
  const inline = `data:image/png;base64,${'A'.repeat(200_000)}`
  const asked: Json[] = [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is it?' },
        { type: 'file', filename: 'dot.png', mediaType: 'image/png', data: { $file: 'file_1' } },
        { type: 'image', image: { $file: 'file_2' } },
        { type: 'image', image: inline },
        { type: 'file', mediaType: 'image/png', data: 'data:image/png;base64,AAAA' },
      ],
    },
    { role: 'user', content: 'Say it.' },
  ]
  const kept = keptOf(asked)
  expect(JSON.stringify(kept).length).toBeLessThan(1_000)
  // What people see still contains the references, and small files.
  expect(partsOf(kept).map(({ type }) => type)).toEqual(['text', 'file', 'file', 'text', 'file', 'text'])
  for (const later of [asNewest(kept), asOlder(kept)]) {
    const [{ content }] = later as [{ content: { type: string; text?: string }[] }]
    expect(content.map(({ type }) => type)).toEqual(['text', 'text', 'text', 'text', 'file'])
    expect(content[1]?.text).toBe('[the file dot.png (file_1) was shown here]')
    expect(content[2]?.text).toBe('[the file (file_2) was shown here]')
    expect(content[3]?.text).toContain('kept with the run')
  }
})
