// The model that is used if none is configured. It follows rules, streams word by word, calls tools and costs
// nothing. Every answer says that it is offline.
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider'
import { tokensOf } from '../tokens.ts'
import { type Reply, replyTo } from './reply.ts'

export const OFFLINE_MODEL = 'rules-1'

export function offlineModel(modelId: string): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: 'offline',
    modelId,
    supportedUrls: { '*/*': [/.*/] },
    async doGenerate(options) {
      const reply = replyTo(options)
      return {
        content: [
          ...(reply.text === '' ? [] : [{ type: 'text' as const, text: reply.text }]),
          ...reply.calls.map(toolCall),
        ],
        finishReason: finishOf(reply),
        usage: usageOf(options, reply),
        providerMetadata: { offline: { model: OFFLINE_MODEL } },
        warnings: [],
      }
    },
    async doStream(options) {
      const parts = streamOf(options)
      return {
        stream: new ReadableStream<LanguageModelV4StreamPart>({
          pull(controller) {
            if (options.abortSignal?.aborted) return controller.error(options.abortSignal.reason)
            const next = parts.next()
            if (next.done) controller.close()
            else controller.enqueue(next.value)
          },
        }),
      }
    },
  }
}

const metadata = { offline: { model: OFFLINE_MODEL } }

function* streamOf(options: LanguageModelV4CallOptions): Generator<LanguageModelV4StreamPart> {
  const reply = replyTo(options)
  yield { type: 'stream-start', warnings: [] }
  yield { type: 'response-metadata', modelId: OFFLINE_MODEL }
  if (reply.text !== '') {
    yield { type: 'text-start', id: '0', providerMetadata: metadata }
    for (const delta of reply.text.match(/\S+\s*|\s+/g) ?? []) yield { type: 'text-delta', id: '0', delta }
    yield { type: 'text-end', id: '0', providerMetadata: metadata }
  }
  for (const call of reply.calls) {
    const { toolCallId: id, toolName, input } = toolCall(call)
    yield { type: 'tool-input-start', id, toolName }
    yield { type: 'tool-input-delta', id, delta: input }
    yield { type: 'tool-input-end', id }
    yield { ...toolCall(call), providerMetadata: metadata }
  }
  yield {
    type: 'finish',
    finishReason: finishOf(reply),
    usage: usageOf(options, reply),
    providerMetadata: metadata,
  }
}

const toolCall = ({ id, name, input }: Reply['calls'][number]) => ({
  type: 'tool-call' as const,
  toolCallId: id,
  toolName: name,
  input: JSON.stringify(input),
})

const finishOf = ({ calls }: Reply) =>
  calls.length > 0
    ? ({ unified: 'tool-calls', raw: 'tool-calls' } as const)
    : ({ unified: 'stop', raw: 'stop' } as const)

function usageOf(options: LanguageModelV4CallOptions, reply: Reply): LanguageModelV4Usage {
  const input = tokensOf(JSON.stringify(options.prompt)) + tokensOf(JSON.stringify(options.tools ?? []))
  const output =
    tokensOf(reply.text) + reply.calls.reduce((sum, call) => sum + tokensOf(JSON.stringify(call)), 0)
  return {
    inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: output, text: output, reasoning: 0 },
  }
}
