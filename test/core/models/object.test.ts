import { expect, test } from 'vitest'
import { readObject } from '../../../src/providers/models/object.ts'
import { startProcessorTime } from '../../helpers/processor-time.ts'

const SCHEMA = { type: 'object' } as const
const read = (text: string) => readObject(text, SCHEMA)

test.each([
  ['bare', '{ "a": 1 }'],
  ['in a fence', '```json\n{ "a": 1 }\n```'],
  ['in a fence without a language, after text', 'Here it is: ```\n{ "a": 1 }\n  ```\nDone.'],
  ['in the second fence', '```ts\nlet a = 1\n```\n```json\n{ "a": 1 }\n```'],
])('JSON is read %s', (_where, text) => {
  expect(read(text)).toEqual({ ok: true, value: { a: 1 } })
})

test('a fence within a string of the JSON does not end it', () => {
  const value = { code: '```ts\nlet a\n```' }
  expect(read(`\`\`\`json\n${JSON.stringify(value)}\n\`\`\``)).toEqual({ ok: true, value })
})

test('a fence that stays open, and many spaces, take no longer than their length', () => {
  const spentMs = startProcessorTime()
  for (const text of [
    `\`\`\`${'\n'.repeat(200_000)}`,
    `\`\`\`json\n${' '.repeat(200_000)}x`,
    '```\n'.repeat(50_000),
  ])
    expect(read(text)).toMatchObject({ ok: false })
  expect(spentMs()).toBeLessThan(1_000)
})
