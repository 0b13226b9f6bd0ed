// The format of Anthropic's messages.
import type { Script } from './script.ts'
import { type Event, inTwo, sse, type Wire } from './wire.ts'

const STOP = { stop: 'end_turn', length: 'max_tokens', tool: 'tool_use', filter: 'refusal' } as const

type Block = { type: string; [key: string]: unknown }

const blocksOf = (script: Script): Block[] => [
  ...(script.reasoning ? [{ type: 'thinking', thinking: script.reasoning, signature: 'SIG==' }] : []),
  ...(script.text?.length ? [{ type: 'text', text: script.text.join('') }] : []),
  ...(script.calls ?? []).map(({ id, name, args }) => ({
    type: 'tool_use',
    id: `toolu_${id}`,
    name,
    input: args,
  })),
]

/** Tokens from the cache are not part of `input_tokens` here. */
const usageOf = ({ usage }: Script) => ({
  input_tokens: usage.input - usage.cached - usage.cacheWrite,
  cache_read_input_tokens: usage.cached,
  cache_creation_input_tokens: usage.cacheWrite,
  output_tokens: usage.output,
})

const callOf = ({ calls = [] }: Script, block: Block) =>
  calls.find(({ id }) => block.id === `toolu_${id}`) ?? { args: block.input }

export const anthropic: Wire = {
  error: ({ type, message }) => ({ type: 'error', error: { type, message }, request_id: 'req_1' }),
  errorEvent: ({ type, message }) => sse({ type: 'error', error: { type, message } }, 'error'),
  whole: (script, model) => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model,
    content: blocksOf(script),
    stop_reason: STOP[script.finish],
    stop_sequence: null,
    usage: usageOf(script),
  }),
  events(script, model) {
    const event = (of: Event['of'], value: { type: string; [key: string]: unknown }): Event => ({
      of,
      data: sse(value, value.type),
    })
    const usage = usageOf(script)
    const list = [
      event('head', {
        type: 'message_start',
        message: {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { ...usage, output_tokens: 1 },
        },
      }),
      event('head', { type: 'ping' }),
    ]
    for (const [index, block] of blocksOf(script).entries()) {
      const delta = (of: Event['of'], value: object) =>
        list.push(event(of, { type: 'content_block_delta', index, delta: value }))
      const empty = { text: { text: '' }, thinking: { thinking: '', signature: '' }, tool_use: { input: {} } }
      list.push(
        event(block.type === 'tool_use' ? 'tool' : 'head', {
          type: 'content_block_start',
          index,
          content_block: { ...block, ...empty[block.type as keyof typeof empty] },
        }),
      )
      if (block.type === 'text')
        for (const piece of script.text ?? []) delta('text', { type: 'text_delta', text: piece })
      if (block.type === 'thinking') {
        delta('head', { type: 'thinking_delta', thinking: block.thinking })
        delta('head', { type: 'signature_delta', signature: block.signature })
      }
      if (block.type === 'tool_use')
        for (const partial_json of inTwo(callOf(script, block)))
          delta('tool', { type: 'input_json_delta', partial_json })
      list.push(event('head', { type: 'content_block_stop', index }))
    }
    return [
      ...list,
      event('end', {
        type: 'message_delta',
        delta: { stop_reason: STOP[script.finish], stop_sequence: null },
        usage: { output_tokens: usage.output_tokens },
      }),
      event('end', { type: 'message_stop' }),
    ]
  },
}
