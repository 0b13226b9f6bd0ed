// The offline model, called like a run does.
import { modelMessageSchema } from 'ai'
import { expect, test } from 'vitest'
import {
  callModel,
  type ModelDelta,
  type ModelRequest,
  offlineModel,
} from '../../../src/providers/models/index.ts'
import { startProcessorTime } from '../../helpers/processor-time.ts'

const weather = {
  name: 'city.weather',
  description: 'Weather of a city',
  inputSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}
const calculator = {
  name: 'calculator',
  description: 'Computes an expression',
  inputSchema: { type: 'object', properties: { expression: { type: 'string' } }, required: ['expression'] },
}

async function ask(request: Partial<ModelRequest>) {
  const deltas: ModelDelta[] = []
  const answer = await callModel(
    offlineModel('rules-1'),
    { rung: { provider: 'offline', model: 'rules-1' }, messages: [], key: 'k', ...request },
    {
      signal: new AbortController().signal,
      now: () => 0,
      onDelta: (delta) => deltas.push(delta),
      hide: (t) => t,
    },
  )
  if (!answer.ok) throw new Error(answer.message)
  return { ...answer, deltas }
}

const says = (content: string) => [{ role: 'user', content }]

test('says that it is offline, in pieces that form the whole text', async () => {
  const { text, deltas, finishReason, isOffline, messages } = await ask({ messages: says('Who are you?') })
  expect(text).toContain('offline model')
  expect(deltas.length).toBeGreaterThan(5)
  expect(deltas.map((delta) => delta.text).join('')).toBe(text)
  expect([finishReason, isOffline]).toEqual(['stop', true])
  expect(JSON.stringify(messages)).toContain('"offline":{"model":"rules-1"}')
})

test('calls the tool that a prompt mentions, then answers with the result', async () => {
  const messages = says('Use city.weather for the city Oslo.')
  const first = await ask({ messages, tools: [weather, calculator] })
  expect(first.finishReason).toBe('tool')
  expect(first.toolCalls).toMatchObject([{ name: 'city.weather', input: { city: 'Oslo' } }])
  const [call] = first.toolCalls
  const result = {
    role: 'tool',
    content: [
      {
        type: 'tool-result',
        toolCallId: call?.id ?? '',
        toolName: 'city.weather',
        output: { type: 'json', value: { degrees: 21 } },
      },
    ],
  }
  const second = await ask({
    messages: [...messages, ...first.messages, result],
    tools: [weather, calculator],
  })
  expect(second.finishReason).toBe('stop')
  expect(second.text).toContain('{"degrees":21}')
})

test('calls the tool that returns what is needed', async () => {
  const { toolCalls } = await ask({
    messages: says('What is the weather in the city of Oslo?'),
    tools: [calculator, weather],
  })
  expect(toolCalls).toMatchObject([{ name: 'city.weather', input: { city: 'Oslo' } }])
})

test('makes parallel calls at once, and steps one after another', async () => {
  const messages = says('calculator 1+1 and calculator 2+2, then city.weather of Oslo')
  const first = await ask({ messages, tools: [weather, calculator] })
  expect(first.toolCalls.map(({ input }) => input)).toEqual([{ expression: '1+1' }, { expression: '2+2' }])
  const results = first.toolCalls.map(({ id, name }) => ({
    role: 'tool',
    content: [{ type: 'tool-result', toolCallId: id, toolName: name, output: { type: 'text', value: '2' } }],
  }))
  const second = await ask({
    messages: [...messages, ...first.messages, ...results],
    tools: [weather, calculator],
  })
  expect(second.toolCalls.map(({ name }) => name)).toEqual(['city.weather'])
})

test('fills a schema from the prompt', async () => {
  const schema = {
    type: 'object',
    properties: {
      name: { type: 'string' },
      email: { type: 'string', format: 'email' },
      age: { type: 'integer', minimum: 0 },
      tags: { type: 'array', items: { type: 'string' } },
      priority: { enum: ['low', 'high'] },
      note: { type: 'string' },
    },
    required: ['name', 'email', 'age', 'tags', 'priority'],
    additionalProperties: false,
  }
  const { object } = await ask({
    schema,
    messages: says(
      'Name: Ada Lovelace, age 36, mail ada@example.org. Tags: math, poetry. The priority is high.',
    ),
  })
  expect(object).toEqual({
    name: 'Ada Lovelace',
    email: 'ada@example.org',
    age: 36,
    tags: ['math', 'poetry'],
    priority: 'high',
  })
})

test('a list of texts is filled from the prompt, never with empty texts', async () => {
  const listOf = (name: string, more: object) => ({
    type: 'object',
    properties: {
      [name]: { type: 'array', items: { type: 'string', minLength: 1, maxLength: 200 }, ...more },
    },
    required: [name],
  })
  const fill = async (text: string, name: string, more: object) =>
    (await ask({ schema: listOf(name, more), messages: says(text) })).object
  const text = 'Our harbour is old. How deep is it? Who dredges it?'
  expect(await fill(text, 'questions', { minItems: 1, maxItems: 4 })).toEqual({
    questions: ['How deep is it?', 'Who dredges it?'],
  })
  expect(await fill('Tides in Oslo', 'questions', { minItems: 1, maxItems: 4 })).toEqual({
    questions: ['Tides in Oslo'],
  })
  expect(await fill(text, 'points', { minItems: 2, maxItems: 2 })).toEqual({
    points: ['Our harbour is old.', 'How deep is it?'],
  })
  expect(await fill(text, 'points', {})).toEqual({ points: [] })
})

test('classifies and summarises by its rules', async () => {
  const mood = await ask({
    messages: says(
      'Classify as positive, negative or neutral: This is a terrible product, it broke and I hate it.',
    ),
  })
  expect(mood.text).toBe('negative')
  const long = Array.from(
    { length: 20 },
    (_, i) => `Sentence ${i} is about the moon and its ${i % 3 ? 'light' : 'craters'}.`,
  )
  const summary = await ask({ messages: says(`Summarise: ${long.join(' ')}`) })
  expect(summary.text.split('. ').length).toBe(3)
})

test('the same request has the same answer', async () => {
  const request = { messages: says('Use calculator for 3*4'), tools: [calculator] }
  const { deltas: _, ...first } = await ask(request)
  const { deltas: __, ...second } = await ask(request)
  expect(second).toEqual(first)
})

test('stored messages are valid messages of the AI SDK, by its own schema', async () => {
  const messages = says('calculator 1+1 and calculator 2+2')
  const answer = await ask({ messages, tools: [calculator] })
  const results = answer.toolCalls.map(({ id, name }) => ({
    role: 'tool',
    content: [{ type: 'tool-result', toolCallId: id, toolName: name, output: { type: 'text', value: '2' } }],
  }))
  const history = [...messages, ...answer.messages, ...results]
  expect(modelMessageSchema.array().parse(history)).toEqual(history)
})

/** A rule without limits would search each of these again from every position. */
const LONG_TEXTS = [' ', '\n ', 'a', '(', 'a then ', 'as-', 'a.b@', '- ', 'name '].map((part) =>
  part.repeat(Math.ceil(50_000 / part.length)),
)

test('a long text of any kind is processed quickly', async () => {
  const fields = ['name', 'email', 'expression', 'first_name', 'isOpen', 'tags']
  const schema = {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field, { type: 'string' }])),
    required: fields,
  }
  const spentMs = startProcessorTime()
  for (const text of LONG_TEXTS) {
    await ask({ messages: says(`classify as ${text}!`) })
    await ask({ messages: says(`name${text}`), schema })
    await ask({
      messages: says(text === ' '.repeat(50_000) ? `use${text}x` : text),
      tools: [weather, calculator],
    })
  }
  // Without limits, one of them takes longer than this.
  expect(spentMs()).toBeLessThan(8_000)
})
