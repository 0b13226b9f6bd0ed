import { expect, test } from 'vitest'
import { isWrittenCall } from '../../../src/providers/models/written-call.ts'

const isTool = (name: string) => name === 'date' || name === 'web_read'

test.each([
  '{"name":"date","arguments":{}}',
  ' <tool_call>{"name":"date","arguments":{"a":1}}</tool_call> ',
  '```json\n{"name":"web_read","parameters":{"url":"x"}}\n```',
  '[TOOL_CALLS] [{"name":"date","arguments":{}}]',
  '{"type":"function","function":{"name":"date","arguments":"{}"}}',
  '<function=date>{"a":1}</function>',
  '{"tool":"date","input":{}}',
])('a call that is written as text is not an answer: %s', (text) =>
  expect(isWrittenCall(text, isTool)).toBe(true),
)

test.each([
  'It is {"name":"date","arguments":{}}',
  '{"name":"Ada","arguments":{}}',
  '{"name":"date"}',
  '[]',
  '{"name":"date","arguments":{}',
  'date',
  '[{"name":"date","arguments":{}}, 1]',
  '{"name":{"name":"date"},"arguments":{}}',
])('text that only looks like a call is an answer: %s', (text) =>
  expect(isWrittenCall(text, isTool)).toBe(false),
)
