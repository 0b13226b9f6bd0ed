// Converts the stream of one call to the parts that a run stores. Pure: the shell in `call.ts` reads the stream.
// Invariants:
// 1. Parts are in the order in which they began, with the metadata that the provider attached last.
// 2. A tool call that must not be executed is kept in the message anyway, so that its error has a call to respond to.
import type { LanguageModelV4StreamPart, LanguageModelV4Usage } from '@ai-sdk/provider'
import { type Json, parseJson } from '../../core/json.ts'
import type { ModelDelta, ModelToolCall, ModelUsage } from './types.ts'

/** A model that makes more calls in one answer is out of control. */
export const MAX_TOOL_CALLS = 128
/** Of one answer, in characters. */
export const MAX_ANSWER_CHARS = 4_000_000

type Kept = { type: string; text?: string; metadata?: unknown; [key: string]: unknown }

export type Folded = {
  parts: Kept[]
  open: Map<string, Kept>
  calls: RawCall[]
  names: Map<string, string>
  finish: { reason: string; raw: string | undefined } | null
  usage: ModelUsage | null
  error: { value: unknown } | null
  chars: number
  hadContent: boolean
}

type RawCall = { id: string; name: string; input: string; part: Kept }

export const newFold = (): Folded => ({
  parts: [],
  open: new Map(),
  calls: [],
  names: new Map(),
  finish: null,
  usage: null,
  error: null,
  chars: 0,
  hadContent: false,
})

/** Takes one part of the stream. Returns what to show of it. */
export function foldPart(folded: Folded, part: LanguageModelV4StreamPart): ModelDelta | null {
  switch (part.type) {
    case 'text-start':
    case 'reasoning-start':
      begin(folded, part.type === 'text-start' ? 'text' : 'reasoning', part.id, part.providerMetadata)
      return null
    case 'text-delta':
    case 'reasoning-delta': {
      const kind = part.type === 'text-delta' ? 'text' : 'reasoning'
      const kept = folded.open.get(kind + part.id) ?? begin(folded, kind, part.id, undefined)
      kept.text += part.delta
      note(kept, part.providerMetadata)
      return show(folded, { kind, text: part.delta })
    }
    case 'text-end':
    case 'reasoning-end': {
      const key = (part.type === 'text-end' ? 'text' : 'reasoning') + part.id
      const kept = folded.open.get(key)
      if (kept) note(kept, part.providerMetadata)
      folded.open.delete(key)
      return null
    }
    case 'tool-input-start':
      folded.names.set(part.id, part.toolName)
      return show(folded, { kind: 'tool', text: '', id: part.id, name: part.toolName })
    case 'tool-input-delta':
      return show(folded, {
        kind: 'tool',
        text: part.delta,
        id: part.id,
        name: folded.names.get(part.id) ?? '',
      })
    case 'tool-call': {
      const kept: Kept = { type: 'tool-call', toolCallId: part.toolCallId, toolName: part.toolName }
      if (part.providerExecuted) kept.providerExecuted = true
      note(kept, part.providerMetadata)
      folded.parts.push(kept)
      folded.calls.push({ id: part.toolCallId, name: part.toolName, input: part.input, part: kept })
      folded.chars += part.input.length
      return null
    }
    case 'custom':
    case 'reasoning-file':
    case 'file': {
      const { providerMetadata, ...rest } = part
      const kept: Kept = { ...(rest as Kept) }
      note(kept, providerMetadata)
      folded.parts.push(kept)
      return null
    }
    case 'finish':
      folded.finish = { reason: part.finishReason.unified, raw: part.finishReason.raw }
      folded.usage = usageOf(part.usage)
      return null
    case 'error':
      folded.error ??= { value: part.error }
      return null
    default:
      return null
  }
}

function begin(folded: Folded, type: 'text' | 'reasoning', id: string, metadata: unknown): Kept {
  const kept: Kept = { type, text: '' }
  note(kept, metadata)
  folded.open.set(type + id, kept)
  folded.parts.push(kept)
  return kept
}

const note = (kept: Kept, metadata: unknown): void => {
  if (metadata !== undefined) kept.metadata = metadata
}

function show(folded: Folded, delta: ModelDelta): ModelDelta | null {
  folded.chars += delta.text.length
  if (delta.text === '' && delta.kind !== 'tool') return null
  folded.hadContent = true
  return delta
}

/** Null if the provider reported no usage. That does not mean that the call was free. */
export function usageOf({ inputTokens, outputTokens }: LanguageModelV4Usage): ModelUsage | null {
  const cacheWriteTokens = count(inputTokens.cacheWrite)
  const cachedInputTokens = count(inputTokens.cacheRead)
  const input =
    inputTokens.total ??
    (inputTokens.noCache === undefined
      ? undefined
      : inputTokens.noCache + cachedInputTokens + cacheWriteTokens)
  if (input === undefined && outputTokens.total === undefined) return null
  return {
    inputTokens: count(input),
    outputTokens: count(outputTokens.total),
    cachedInputTokens,
    cacheWriteTokens,
    reasoningTokens: count(outputTokens.reasoning),
  }
}

const count = (tokens: number | undefined): number =>
  tokens !== undefined && Number.isSafeInteger(tokens) && tokens > 0 ? tokens : 0

export const textOf = ({ parts }: Folded): string =>
  parts.map((part) => (part.type === 'text' ? (part.text ?? '') : '')).join('')

/**
 * The tool calls with the names that the run knows, and the message that contains them. `check` returns errors in the
 * arguments.
 */
export function messageOf(
  folded: Folded,
  ourName: (wire: string) => string,
  check: (name: string, input: Json) => string | null,
): { messages: Json[]; toolCalls: ModelToolCall[] } {
  const seen = new Set<string>()
  const toolCalls = folded.calls
    .filter(({ part }) => part.providerExecuted !== true)
    .map((call) => takeCall(call, ourName(call.name), check, seen))
  const content = folded.parts
    .filter(({ type, text, metadata }) => (type !== 'text' && type !== 'reasoning') || text || metadata)
    .map(({ metadata, ...part }) => ({
      ...part,
      ...(part.type === 'tool-call' ? { toolName: ourName(String(part.toolName)) } : {}),
      ...(metadata === undefined ? {} : { providerOptions: metadata }),
    }))
  const messages = content.length === 0 ? [] : [{ role: 'assistant', content }]
  // Values that are not JSON, such as undefined fields, cannot be stored.
  return { messages: JSON.parse(JSON.stringify(messages)) as Json[], toolCalls }
}

function takeCall(
  { id, name: wire, input: text, part }: RawCall,
  name: string,
  check: (name: string, input: Json) => string | null,
  seen: Set<string>,
): ModelToolCall {
  const parsed = text.trim() === '' ? ({ ok: true, value: {} } as const) : parseJson(text)
  const input: Json = parsed.ok ? parsed.value : {}
  const isTwice = seen.has(id)
  seen.add(id)
  const invalid = isTwice
    ? `Two calls have the id ${id}.`
    : parsed.ok
      ? check(name, input)
      : 'The arguments are not valid JSON.'
  part.input = input !== null && typeof input === 'object' && !Array.isArray(input) ? input : {}
  return { id, name: name || wire, input, ...(invalid === null ? {} : { invalid }) }
}
