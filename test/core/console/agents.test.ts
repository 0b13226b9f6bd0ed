// Agents in the console: answers that are put together from a stream, and the form of an agent.
import { expect, test } from 'vitest'
import {
  areShown,
  bodyOf,
  changesBetween,
  EMPTY_FORM,
  errorAt,
  formOf,
  moved,
} from '../../../console/src/features/agents/model/form.ts'
import { type Chunk, takeChunks } from '../../../console/src/features/agents/model/frames.ts'
import {
  decided,
  endOf,
  type Message,
  newAnswer,
  newQuestion,
  openApprovals,
  shownMessages,
  textOf,
  withChunk,
} from '../../../console/src/features/agents/model/message.ts'
import { finishNote, modelsText } from '../../../console/src/features/agents/model/words.ts'
import { chunksOf, newFolding } from '../../../src/modules/agent-calls/stream/chunks.ts'

const frame = (chunk: object): string => `data: ${JSON.stringify(chunk)}\n\n`

test('a stream is read in whatever pieces it arrives', () => {
  const text = [
    frame({ type: 'start', messageId: 'run_1' }),
    ': beat\n\n',
    frame({ type: 'text-delta', id: 'a', delta: 'two\n\nlines' }),
    'data: [DONE]\n\n',
  ].join('')
  for (let size = 1; size <= text.length; size += 7) {
    const found: Chunk[] = []
    let rest = ''
    for (let at = 0; at < text.length; at += size) {
      const taken = takeChunks(rest + text.slice(at, at + size))
      found.push(...taken.chunks)
      rest = taken.rest
    }
    expect([found.map(({ type }) => type), rest]).toEqual([['start', 'text-delta'], ''])
  }
})

const answer = (...chunks: object[]): Message => (chunks as Chunk[]).reduce(withChunk, newAnswer())

const RUN = 'run_1'
const START = { type: 'start', messageId: RUN, messageMetadata: { runId: RUN } }
const CALL = { type: 'tool-input-available', toolCallId: 'c', toolName: 'date', input: { days: 1 } }

test('an answer is put together from its chunks', () => {
  const whole = answer(
    START,
    { type: 'start-step' },
    { type: 'reasoning-start', id: 'r' },
    { type: 'reasoning-delta', id: 'r', delta: 'Hm.' },
    { type: 'tool-input-start', toolCallId: 'c', toolName: 'date' },
    { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{"days":' },
    CALL,
    { type: 'tool-output-available', toolCallId: 'c', output: { at: '2026' } },
    { type: 'start-step' },
    { type: 'text-start', id: 't' },
    { type: 'text-delta', id: 't', delta: 'It is ' },
    { type: 'text-delta', id: 't', delta: '**2026**.' },
    { type: 'something-new', data: 1 },
    { type: 'finish', messageMetadata: { finishReason: 'stop', model: { provider: 'offline', model: 'r' } } },
  )
  expect(textOf(whole)).toBe('It is **2026**.')
  expect(whole.parts.filter(({ type }) => type !== 'step-start')).toMatchObject([
    { type: 'reasoning', text: 'Hm.' },
    { type: 'dynamic-tool', state: 'output-available', input: { days: 1 }, output: { at: '2026' } },
    { type: 'text' },
  ])
  expect(whole).toMatchObject({ id: RUN, metadata: { runId: RUN, finishReason: 'stop' } })
})

test('the output of a call that does not count disappears, and that of earlier steps stays', () => {
  const text = (id: string, delta: string) => [
    { type: 'text-start', id },
    { type: 'text-delta', id, delta },
  ]
  const whole = answer(
    START,
    { type: 'start-step' },
    ...text('a', 'First. '),
    { type: 'finish-step' },
    { type: 'start-step' },
    ...text('b', 'Wrong'),
    { type: 'data-restart' },
    ...text('c', 'Right'),
  )
  expect(textOf(whole)).toBe('First. \n\nRight')
})

test('a call waits for a decision, and continues after it', () => {
  const asking = answer(START, CALL, { type: 'tool-approval-request', approvalId: 'apr_1', toolCallId: 'c' })
  expect(openApprovals(asking)).toEqual(['apr_1'])
  const after = decided(asking, 'apr_1')
  expect(openApprovals(after)).toEqual([])
  expect(after.parts).toMatchObject([{ state: 'approval-responded', input: { days: 1 } }])
  const denied = [{ type: 'tool-output-denied', toolCallId: 'c' }].reduce(withChunk, after)
  expect(denied.parts).toMatchObject([{ state: 'output-denied' }])
  const limit = answer(START, { type: 'data-waiting', data: { approvalId: 'apr_2' } })
  expect([openApprovals(limit), openApprovals(decided(limit, 'apr_2'))]).toEqual([['apr_2'], []])
})

test('it is known how a stream ended', () => {
  const ends = [
    { type: 'finish', finishReason: 'stop' },
    { type: 'finish', finishReason: 'tool-calls' },
    { type: 'abort' },
    { type: 'error', errorText: 'model.bad_request: No.' },
    { type: 'error', errorText: 'agent.stream_broken: Resume it.' },
    { type: 'finish-step' },
  ]
  expect(ends.map(endOf)).toEqual(['finished', 'waiting', 'cancelled', 'failed', 'lost', null])
})

test('the chunks of our own server are understood', () => {
  const state = newFolding()
  const at = '2026-01-01T00:00:00.000Z'
  const calls = [{ id: 'c', name: 'date', input: {} }]
  const events = [
    { type: 'node.started', seq: 1, at, path: 'agent.model', attempt: 1 },
    { type: 'delta', path: 'agent.model', attempt: 1, kind: 'text', text: 'One moment. ' },
    {
      type: 'node.succeeded',
      seq: 2,
      at,
      path: 'agent.model',
      output: { kind: 'answer', text: 'One moment. ', calls },
    },
    {
      type: 'node.succeeded',
      seq: 3,
      at,
      path: 'agent.tool:0.gate',
      output: { toolCallId: 'c' },
    },
    {
      type: 'node.succeeded',
      seq: 4,
      at,
      path: 'agent.tool:0.result',
      output: { toolCallId: 'c', output: { type: 'json', value: 7 } },
    },
    { type: 'run.succeeded', seq: 5, at, output: { finishReason: 'stop', text: 'One moment. ' } },
  ]
  const chunks = events.flatMap((event) => chunksOf(state, event as never)) as Chunk[]
  const whole = chunks.reduce(withChunk, newAnswer())
  expect(whole.parts).toMatchObject([
    { type: 'step-start' },
    { type: 'text', text: 'One moment. ' },
    { type: 'dynamic-tool', toolName: 'date', state: 'output-available', output: 7 },
  ])
  expect(endOf(chunks.at(-1) as Chunk)).toBe('finished')
})

const stored = (id: string, role: 'user' | 'assistant', text: string): Message => ({
  id,
  role,
  parts: [{ type: 'text', text }],
  metadata: { runId: id.replace('-asked', '') },
})
const NOTHING = { asked: null, answer: null, replaces: null }

test('a question and its answer are shown once, before and after they are stored', () => {
  const before = [stored('run_0-asked', 'user', 'A'), stored('run_0', 'assistant', 'B')]
  const asked = newQuestion('C')
  const live = { ...NOTHING, asked, answer: answer(START, { type: 'text-start', id: 't' }) }
  const texts = (list: readonly Message[]) => list.map(textOf)
  expect(texts(shownMessages(before, { ...NOTHING, asked }))).toEqual(['A', 'B', 'C'])
  expect(shownMessages(before, live)).toHaveLength(4)
  const half = [...before, stored('run_1-asked', 'user', 'C')]
  expect(shownMessages(half, live)).toHaveLength(4)
  const finished = {
    ...live,
    answer: answer(START, { type: 'finish', messageMetadata: { usage: { costUsd: 1 } } }),
  }
  const after = shownMessages([...half, stored(RUN, 'assistant', 'D')], finished)
  expect(texts(after)).toEqual(['A', 'B', 'C', 'D'])
  expect(after.at(-1)?.metadata.usage).toEqual({ costUsd: 1 })
  // A question that is asked again takes the place of its turn.
  expect(texts(shownMessages(before, { ...NOTHING, asked, replaces: 'run_0' }))).toEqual(['C'])
})

test('an agent becomes a form and the same agent again', () => {
  const agent = {
    ...bodyOf({ ...EMPTY_FORM, name: ' Clerk ', tags: 'desk, desk,, two words ' }),
    tools: [{ name: 'web.read', policy: 'ask' as const, config: { hosts: ['*'] } }],
  }
  expect(agent).toMatchObject({ name: 'Clerk', tags: ['desk', 'two words'], outputSchema: null })
  expect(bodyOf(formOf({ ...agent, limits: EMPTY_FORM.limits }))).toEqual(agent)
  expect(agent).not.toHaveProperty('metadata')
})

test('a limit that is emptied is removed, and one that never was is not sent', () => {
  const { limits } = bodyOf(EMPTY_FORM, { costUsd: 2 })
  expect(limits).toEqual({ ...EMPTY_FORM.limits, costUsd: null })
  expect(bodyOf({ ...EMPTY_FORM, limits: { toolCalls: 3 } }).limits).toEqual({ toolCalls: 3 })
})

test('errors stand at their fields', () => {
  const errors = [
    { path: '/tools/1/config/hosts/0', message: 'a host' },
    { path: '/limits/steps', message: 'too many' },
  ]
  expect(errorAt(errors, '/tools/1/config/hosts')).toBe('a host')
  expect(errorAt(errors, '/tools/10')).toBe(undefined)
  expect(areShown(errors)).toBe(true)
  expect(areShown([...errors, { path: '/metadata', message: 'too large' }])).toBe(false)
  expect(areShown([])).toBe(false)
})

test('versions say what has changed, and models move', () => {
  const before = { ...formOf({ ...EMPTY_FORM, tags: [] }), tags: [], outputSchema: null }
  const after = { ...before, instructions: 'Be brief.', tags: ['desk'] }
  expect(changesBetween(before, after)).toEqual(['tags', 'instructions'])
  expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b'])
})

test('the offline model is named as such', () => {
  const known = [{ provider: 'offline', model: 'rules-1', isDefault: true }]
  const models = [
    { provider: 'openai', model: 'gpt-5' },
    { provider: 'offline', model: 'rules-1' },
  ]
  expect(modelsText({ models: [] }, known)).toBe('Default: Offline model')
  expect(modelsText({ models }, known)).toBe('openai/gpt-5 +1')
  expect([finishNote('stop'), finishNote(null), finishNote('odd')]).toEqual([
    null,
    null,
    'It ended early: odd.',
  ])
})
