// Messages of a chat. An answer that is being written is put together from the chunks of its stream. Invariants:
// 1. A stored message and a streamed one have the same parts, so both are shown in the same way.
// 2. Unknown chunks and parts are ignored.
import type { Chunk } from './frames.ts'

export type ToolPart = {
  type: 'dynamic-tool'
  toolCallId: string
  toolName: string
  state:
    | 'input-streaming'
    | 'input-available'
    | 'approval-requested'
    | 'approval-responded'
    | 'output-available'
    | 'output-error'
    | 'output-denied'
  input?: unknown
  /** The arguments as far as they are known. */
  inputText?: string
  output?: unknown
  errorText?: string
  approvalId?: string
}
/** The agent has reached a limit, and asks whether it may continue. */
export type LimitPart = { type: 'data-waiting'; approvalId: string; isDecided?: boolean }
export type FilePart = { type: 'file'; mediaType: string; filename?: string; url: string }
export type Part =
  | { type: 'text' | 'reasoning'; text: string; id?: string }
  | { type: 'step-start' }
  | ToolPart
  | LimitPart
  | FilePart

export type Usage = {
  costUsd: number
  inputTokens: number
  outputTokens: number
  cachedTokens: number
  reasoningTokens: number
  unpricedCalls: number
}
export type Model = { provider: string; model: string; isOffline?: boolean }
export type Metadata = {
  runId?: string
  createdAt?: string
  finishReason?: string | null
  usage?: Usage | null
  model?: Model | null
  object?: unknown
}
export type Message = { id: string; role: 'user' | 'assistant'; parts: readonly Part[]; metadata: Metadata }

/** How a stream ended. `lost` is a broken connection; the run continues. */
export type End = 'finished' | 'waiting' | 'cancelled' | 'failed' | 'lost'

export const newAnswer = (): Message => ({ id: '', role: 'assistant', parts: [], metadata: {} })

/** What the user has written, with references to files of the team. */
export const newQuestion = (text: string, files: readonly FilePart[] = []): Message => ({
  id: '',
  role: 'user',
  parts: [...files, ...(text === '' ? [] : [{ type: 'text' as const, text }])],
  metadata: {},
})

export const textOf = ({ parts }: Pick<Message, 'parts'>): string =>
  parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n')

export const filesOf = ({ parts }: Pick<Message, 'parts'>): FilePart[] =>
  parts.filter((part) => part.type === 'file')

/** The whole answer follows again. */
export const RESET: Chunk = { type: 'reset' }

const isTool = (part: Part): part is ToolPart => part.type === 'dynamic-tool'

type Fields = Record<string, string>

/** The answer with the next chunk of its stream. */
export function withChunk(message: Message, chunk: Chunk): Message {
  const { type, id = '', toolCallId = '', toolName = '' } = chunk as unknown as Fields
  const { parts } = message
  const add = (part: Part): Message => ({ ...message, parts: [...parts, part] })
  const change = (of: (part: Part) => boolean, how: (part: never) => Part): Message => {
    const at = parts.findLastIndex(of)
    return at < 0 ? message : { ...message, parts: parts.with(at, how(parts[at] as never)) }
  }
  const changeTool = (fields: Partial<ToolPart>): Message => {
    const isOwn = (part: Part) => isTool(part) && part.toolCallId === toolCallId
    if (!parts.some(isOwn))
      return add({ type: 'dynamic-tool', toolCallId, toolName, state: 'input-available', ...fields })
    return change(isOwn, (part: ToolPart) => ({ ...part, ...fields }))
  }
  switch (type) {
    case 'reset':
      return newAnswer()
    case 'start':
      return {
        ...message,
        id: String(chunk.messageId ?? ''),
        metadata: { ...message.metadata, ...(chunk.messageMetadata as Metadata) },
      }
    case 'start-step':
      return add({ type: 'step-start' })
    case 'text-start':
    case 'reasoning-start':
      return add({ type: type === 'text-start' ? 'text' : 'reasoning', text: '', id })
    case 'text-delta':
    case 'reasoning-delta': {
      const isOwn = (part: Part) => (part.type === 'text' || part.type === 'reasoning') && part.id === id
      return change(isOwn, (part: { type: 'text'; text: string }) => ({
        ...part,
        text: part.text + String(chunk.delta ?? ''),
      }))
    }
    case 'tool-input-start':
      return changeTool({ toolName, state: 'input-streaming', inputText: '' })
    case 'tool-input-delta':
      return change(
        (part) => isTool(part) && part.toolCallId === toolCallId,
        (part: ToolPart) => ({
          ...part,
          inputText: (part.inputText ?? '') + String(chunk.inputTextDelta ?? ''),
        }),
      )
    case 'tool-input-available':
      return changeTool({ toolName, state: 'input-available', input: chunk.input })
    case 'tool-input-error':
      return changeTool({
        toolName,
        state: 'output-error',
        input: chunk.input,
        errorText: String(chunk.errorText ?? ''),
      })
    case 'tool-approval-request':
      return changeTool({ state: 'approval-requested', approvalId: String(chunk.approvalId) })
    case 'tool-output-available':
      return changeTool({ state: 'output-available', output: chunk.output })
    case 'tool-output-error':
      return changeTool({ state: 'output-error', errorText: String(chunk.errorText ?? '') })
    case 'tool-output-denied':
      return changeTool({ state: 'output-denied' })
    case 'data-waiting':
      return add({
        type: 'data-waiting',
        approvalId: String((chunk.data as { approvalId?: unknown }).approvalId),
      })
    case 'data-restart':
      // The output of this call does not count. That of another model follows.
      return {
        ...message,
        parts: parts.slice(0, parts.findLastIndex((part) => part.type === 'step-start') + 1),
      }
    case 'finish':
      return { ...message, metadata: { ...message.metadata, ...(chunk.messageMetadata as Metadata) } }
    default:
      return message
  }
}

export const endOf = ({ type, finishReason, errorText }: Chunk): End | null => {
  if (type === 'abort') return 'cancelled'
  if (type === 'error') return String(errorText).startsWith('agent.stream_broken') ? 'lost' : 'failed'
  if (type === 'finish') return finishReason === 'tool-calls' ? 'waiting' : 'finished'
  return null
}

/** The answer after a person has decided, before the agent continues. */
export const decided = (message: Message, approvalId: string): Message => ({
  ...message,
  parts: message.parts.map((part): Part => {
    if (part.type === 'data-waiting' && part.approvalId === approvalId) return { ...part, isDecided: true }
    return isTool(part) && part.approvalId === approvalId ? { ...part, state: 'approval-responded' } : part
  }),
})

/** Of the parts that wait for a person. */
export const openApprovals = ({ parts }: Pick<Message, 'parts'>): string[] =>
  parts.flatMap((part) => {
    if (part.type === 'data-waiting') return part.isDecided ? [] : [part.approvalId]
    return isTool(part) && part.state === 'approval-requested' && part.approvalId ? [part.approvalId] : []
  })

/** A question and its answer have the same. */
export const turnOf = (id: string): string => id.replace(/-asked$/, '')

/** The messages to show: the stored ones, the question that is being answered, and the answer so far. */
export function shownMessages(
  stored: readonly Message[],
  live: { asked: Message | null; answer: Message | null; replaces: string | null },
): Message[] {
  const { asked, answer, replaces } = live
  const kept = stored.filter(({ id }) => turnOf(id) !== replaces)
  const known = new Set(kept.map(({ id }) => id))
  const questionId = answer === null || answer.id === '' ? null : `${answer.id}-asked`
  return [
    // The stream also reports the usage of the answer.
    ...kept.map((one) =>
      one.id === answer?.id ? { ...one, metadata: { ...answer.metadata, ...one.metadata } } : one,
    ),
    ...(asked !== null && !(questionId !== null && known.has(questionId)) ? [asked] : []),
    ...(answer !== null && !known.has(answer.id) ? [answer] : []),
  ]
}
