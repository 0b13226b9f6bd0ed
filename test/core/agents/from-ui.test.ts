import { expect, test } from 'vitest'
import { approvalsIn, fromUi } from '../../../src/modules/agent-calls/stream/from-ui.ts'

const tool = (state: string, more: Record<string, unknown> = {}) => ({
  type: 'dynamic-tool',
  toolName: 'date',
  toolCallId: 'c1',
  state,
  input: { a: 1 },
  ...more,
})

test('a chat becomes messages for a model, step by step', () => {
  expect(
    fromUi([
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'Hi' },
          { type: 'file', url: 'data:image/png;base64,AA==', mediaType: 'image/png' },
        ],
      },
      {
        role: 'assistant',
        parts: [
          { type: 'step-start' },
          { type: 'text', text: 'Let me see' },
          tool('output-available', { output: { iso: 'x' } }),
          { type: 'data-restart', data: null },
          { type: 'step-start' },
          { type: 'text', text: 'It is x' },
        ],
      },
    ]),
  ).toEqual([
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Hi' },
        { type: 'file', data: 'data:image/png;base64,AA==', mediaType: 'image/png' },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'Let me see' },
        { type: 'tool-call', toolCallId: 'c1', toolName: 'date', input: { a: 1 } },
      ],
    },
    {
      role: 'tool',
      content: [
        {
          type: 'tool-result',
          toolCallId: 'c1',
          toolName: 'date',
          output: { type: 'json', value: { iso: 'x' } },
        },
      ],
    },
    { role: 'assistant', content: [{ type: 'text', text: 'It is x' }] },
  ])
})

test('a call without a result is left out, so that providers accept the conversation', () => {
  expect(
    fromUi([{ role: 'assistant', parts: [tool('input-available'), tool('approval-requested')] }]),
  ).toEqual([])
})

test('decisions on calls are only read from the newest message', () => {
  const answered = {
    role: 'assistant' as const,
    parts: [tool('approval-responded', { approval: { id: 'apr_1', approved: true } })],
  }
  expect(approvalsIn([answered])).toEqual([{ approvalId: 'apr_1', approved: true, reason: null }])
  expect(approvalsIn([answered, { role: 'user', parts: [{ type: 'text', text: 'And?' }] }])).toEqual([])
})
