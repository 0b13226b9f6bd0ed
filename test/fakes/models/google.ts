// The format of the Gemini API.
import type { Failure, Script } from './script.ts'
import { type Event, sse, type Wire } from './wire.ts'

const FINISH = { stop: 'STOP', length: 'MAX_TOKENS', tool: 'STOP', filter: 'SAFETY' } as const
const STATUS: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
}

const usageOf = ({ usage }: Script) => ({
  promptTokenCount: usage.input,
  cachedContentTokenCount: usage.cached,
  // Reasoning is not part of the candidates here.
  candidatesTokenCount: usage.output - usage.reasoning,
  thoughtsTokenCount: usage.reasoning,
  totalTokenCount: usage.input + usage.output,
})

const answer = (model: string, parts: object[], finishReason?: string, script?: Script) => ({
  candidates: [{ index: 0, content: { role: 'model', parts }, ...(finishReason ? { finishReason } : {}) }],
  ...(script ? { usageMetadata: usageOf(script) } : {}),
  modelVersion: model,
  responseId: 'r1',
})

const callPart = ({ name, args }: { name: string; args: unknown }, index: number) => ({
  functionCall: { name, args },
  ...(index === 0 ? { thoughtSignature: 'TSIG==' } : {}),
})

const errorOf = ({ status, code, message }: Failure) => ({
  error: {
    code: status,
    message,
    status: STATUS[status] ?? 'UNKNOWN',
    details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: code }],
  },
})

export const google: Wire = {
  error: errorOf,
  errorEvent: (failure) => sse(errorOf(failure)),
  whole: (script, model) =>
    answer(model, [{ text: script.text?.join('') ?? '' }], FINISH[script.finish], script),
  events(script, model) {
    const event = (of: Event['of'], value: object): Event => ({ of, data: sse(value) })
    return [
      ...(script.reasoning
        ? [event('head', answer(model, [{ text: script.reasoning, thought: true }]))]
        : []),
      ...(script.text ?? []).map((text) => event('text', answer(model, [{ text }]))),
      ...(script.calls ?? []).map((call, index) => event('tool', answer(model, [callPart(call, index)]))),
      event(
        'end',
        answer(model, script.text?.length || script.calls ? [] : [], FINISH[script.finish], script),
      ),
    ]
  },
}
