// The two formats of OpenAI: chat completions, which most others use too, and responses.
import type { Script } from './script.ts'
import { type Event, inTwo, sse, type Wire } from './wire.ts'

const FINISH = { stop: 'stop', length: 'length', tool: 'tool_calls', filter: 'content_filter' } as const

const usageOf = ({ usage }: Script) => ({
  prompt_tokens: usage.input,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
  prompt_tokens_details: { cached_tokens: usage.cached },
  completion_tokens_details: { reasoning_tokens: usage.reasoning },
  // The field of DeepSeek.
  prompt_cache_hit_tokens: usage.cached,
  prompt_cache_miss_tokens: usage.input - usage.cached,
})

const error = ({ type, code, message }: { type: string; code: string; message: string }) => ({
  error: { message, type, param: null, code },
})

export const chat: Wire = {
  error,
  errorEvent: (failure) =>
    sse({ error: { message: failure.message, type: failure.type, code: failure.status } }),
  whole: (script, model) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model,
    choices: [
      {
        index: 0,
        finish_reason: FINISH[script.finish],
        message: { role: 'assistant', content: script.text?.join('') ?? null },
      },
    ],
    usage: usageOf(script),
  }),
  events(script, model) {
    const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model }
    const chunk = (of: Event['of'], delta: object, finish: string | null = null): Event => ({
      of,
      data: sse({ ...base, choices: [{ index: 0, delta, finish_reason: finish }] }),
    })
    return [
      chunk('head', { role: 'assistant', content: '' }),
      ...(script.reasoning ? [chunk('head', { reasoning_content: script.reasoning })] : []),
      ...(script.text ?? []).map((content) => chunk('text', { content })),
      ...(script.calls ?? []).flatMap(({ id, name, ...rest }, index) => [
        chunk('tool', { tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
        ...inTwo(rest).map((piece) =>
          chunk('tool', { tool_calls: [{ index, function: { arguments: piece } }] }),
        ),
      ]),
      chunk('end', {}, FINISH[script.finish]),
      { of: 'end', data: sse({ ...base, choices: [], usage: usageOf(script) }) },
      { of: 'end', data: sse('[DONE]') },
    ]
  },
}

function outputOf(script: Script): object[] {
  return [
    ...(script.reasoning
      ? [
          {
            id: 'rs_1',
            type: 'reasoning',
            summary: [{ type: 'summary_text', text: script.reasoning }],
            encrypted_content: 'ENC==',
          },
        ]
      : []),
    ...(script.text
      ? [
          {
            id: 'msg_1',
            type: 'message',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text: script.text.join(''), annotations: [] }],
          },
        ]
      : []),
    ...(script.calls ?? []).map(({ id, name, args }) => ({
      id: `fc_${id}`,
      type: 'function_call',
      call_id: id,
      name,
      arguments: JSON.stringify(args),
      status: 'completed',
    })),
  ]
}

function responseOf(script: Script, model: string) {
  const { usage } = script
  const incomplete = { length: 'max_output_tokens', filter: 'content_filter' } as Record<string, string>
  const reason = incomplete[script.finish]
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status: reason ? 'incomplete' : 'completed',
    model,
    output: outputOf(script),
    usage: {
      input_tokens: usage.input,
      input_tokens_details: { cached_tokens: usage.cached },
      output_tokens: usage.output,
      output_tokens_details: { reasoning_tokens: usage.reasoning },
      total_tokens: usage.input + usage.output,
    },
    error: null,
    incomplete_details: reason ? { reason } : null,
    instructions: null,
    metadata: {},
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
  }
}

export const responses: Wire = {
  error,
  errorEvent: ({ code, message }) =>
    sse(
      { type: 'error', sequence_number: 1, error: { type: 'server_error', code, message, param: null } },
      'error',
    ),
  whole: responseOf,
  events(script, model) {
    const full = responseOf(script, model)
    let number = 0
    const event = (of: Event['of'], type: string, rest: object): Event => ({
      of,
      data: sse({ type, sequence_number: number++, ...rest }, type),
    })
    const list: Event[] = [
      event('head', 'response.created', {
        response: { ...full, status: 'in_progress', output: [], usage: null, incomplete_details: null },
      }),
    ]
    for (const [output_index, item] of (full.output as Record<string, any>[]).entries()) {
      const at = { output_index, item_id: item.id }
      const added: Record<string, any> = { ...item, ...(item.type === 'message' ? { content: [] } : {}) }
      if (item.type === 'function_call') added.arguments = ''
      if (item.type === 'reasoning') added.summary = []
      list.push(event('head', 'response.output_item.added', { output_index, item: added }))
      if (item.type === 'reasoning') {
        list.push(
          event('head', 'response.reasoning_summary_part.added', {
            ...at,
            summary_index: 0,
            part: { type: 'summary_text', text: '' },
          }),
          event('head', 'response.reasoning_summary_text.delta', {
            ...at,
            summary_index: 0,
            delta: script.reasoning,
          }),
        )
      }
      if (item.type === 'message') {
        list.push(
          event('head', 'response.content_part.added', {
            ...at,
            content_index: 0,
            part: { type: 'output_text', text: '', annotations: [] },
          }),
          ...(script.text ?? []).map((delta) =>
            event('text', 'response.output_text.delta', { ...at, content_index: 0, delta, logprobs: [] }),
          ),
        )
      }
      if (item.type === 'function_call') {
        for (const delta of inTwo({ args: null, raw: item.arguments }))
          list.push(event('tool', 'response.function_call_arguments.delta', { ...at, delta }))
      }
      list.push(event('head', 'response.output_item.done', { output_index, item }))
    }
    const type = full.status === 'completed' ? 'response.completed' : 'response.incomplete'
    return [...list, event('end', type, { response: full })]
  },
}
