// Converts the recorded steps of a run to the answer that a thread stores. Pure. Invariants:
// 1. However the run ended, the answer ends with a message of the assistant, and every tool call in it has a result.
//    So every provider accepts the history, and questions and answers alternate.
// 2. Its size is limited. The rest stays with the run.
import type { Json } from '../../../core/json.ts'
import { historyOf, shortened } from '../../../nodes/ai/loop/history.ts'
import type { Round } from '../../../nodes/ai/loop/turn.ts'
import { tokensOfRequest } from '../../../providers/models/index.ts'

const MAX_RESULT_CHARS = 16_384
const MAX_TEXT_CHARS = 200_000
const MAX_FILE_CHARS = 100_000
/** Together less than the limit of a row, 2,000,000 bytes. */
const MAX_ANSWER_BYTES = 1_000_000
export const MAX_ASKED_BYTES = 800_000
const MAX_LAST_CHARS = 100_000

type Part = { type: string; [field: string]: Json }
type Message = { role: string; content: string | Part[] }

export function answerOf(rounds: readonly Round[], outcome: string, code: string | null): Json[] {
  const messages = historyOf(rounds).map((message) => fitted(message as Message, MAX_RESULT_CHARS))
  const complete = hasText(messages.at(-1)) ? messages : [...messages, noteOf(messages, outcome, code)]
  return within(complete)
}

const hasText = (message: Message | undefined): boolean =>
  message?.role === 'assistant' &&
  (typeof message.content === 'string'
    ? message.content !== ''
    : message.content.some(({ type, text }) => type !== 'reasoning' && (type !== 'text' || text !== '')))

/** Replaces a missing text. */
function noteOf(messages: readonly Message[], outcome: string, code: string | null): Message {
  const why = code === null ? outcome : `${outcome}, ${code}`
  const text =
    messages.length === 0
      ? `[There is no answer: ${why}.]`
      : `[The answer ended before its last words: ${why}.]`
  return { role: 'assistant', content: [{ type: 'text', text }] }
}

function fitted({ role, content, ...rest }: Message, maxResult: number): Message {
  if (typeof content === 'string') return { role, content: cut(content, MAX_TEXT_CHARS), ...rest }
  return { role, content: content.map((part) => fittedPart(part, maxResult)), ...rest }
}

function fittedPart(part: Part, maxResult: number): Part {
  if (part.type === 'text' || part.type === 'reasoning')
    return String(part.text).length <= MAX_TEXT_CHARS
      ? part
      : { ...part, text: cut(String(part.text), MAX_TEXT_CHARS) }
  if (part.type === 'tool-result') {
    const { type, value } = part.output as { type: string; value: Json }
    return { ...part, output: shortened(String(part.toolName), type, value, maxResult) }
  }
  return part.type === 'file' || part.type === 'image' ? describePart(part) : part
}

/** A file of the team may have changed by then, or be gone. A large file in the message itself is sent once. */
function describePart(part: Part): Part {
  const given = part.data ?? part.image
  const { $file } = (given ?? {}) as { $file?: string }
  const name = part.filename === undefined ? '' : `${String(part.filename)} `
  if ($file !== undefined) return { type: 'text', text: `[the file ${name}(${$file}) was shown here]` }
  return isLarge(given)
    ? { type: 'text', text: `[a file of the type ${String(part.mediaType ?? part.type)}, kept with the run]` }
    : part
}

const isLarge = (data: Json | undefined): boolean => typeof data === 'string' && data.length > MAX_FILE_CHARS

/** The stored form of a question: references to files, and no large file in the message itself. */
export const keptOf = (asked: readonly Json[]): Json[] =>
  (asked as readonly Message[]).map((message) => {
    if (!Array.isArray(message.content)) return message
    const content = message.content.map((part) =>
      isLarge(part?.data ?? part?.image) ? describePart(part) : part,
    )
    return { ...message, content }
  })

const cut = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max)}\n[shortened, the whole text is kept with the run]`

/** Removes the results first, then all texts except the last. */
function within(messages: Message[]): Json[] {
  if (sizeOf(messages) <= MAX_ANSWER_BYTES) return messages
  const less = messages.map((message) => fitted(message, 0))
  if (sizeOf(less) <= MAX_ANSWER_BYTES) return less
  const last = messages.at(-1) as Message
  return [
    {
      role: 'assistant',
      content: [
        { type: 'text', text: cut(textOf(last), MAX_LAST_CHARS) || '[an answer that is kept with the run]' },
      ],
    },
  ]
}

export const bytesOf = (text: string): number => new TextEncoder().encode(text).length

const sizeOf = (messages: Json): number => bytesOf(JSON.stringify(messages))

const textOf = ({ content }: Message): string =>
  typeof content === 'string'
    ? content
    : content.flatMap(({ type, text }) => (type === 'text' ? [String(text)] : [])).join('\n')

/** The form in later calls: results stay with the run, and only their beginnings are sent. */
export const asOlder = (messages: readonly Json[]): Json[] =>
  messages.map((message) => fitted(message as Message, 0))

/** The form of the newest answer: as stored, without files of the team. */
export const asNewest = (messages: readonly Json[]): Json[] =>
  messages.map((message) => fitted(message as Message, MAX_RESULT_CHARS))

export const tokensIn = (messages: readonly Json[]): number =>
  tokensOfRequest({ messages: asOlder(messages) })

/** For a summary: the texts with their authors, without results of tools. */
export function transcriptOf(messages: readonly Json[], maxChars: number): string {
  const lines = messages.flatMap((message) => {
    const { role, content } = message as Message
    const text = textOf({ role, content })
    const tools =
      typeof content === 'string'
        ? []
        : content.flatMap(({ type, toolName }) => (type === 'tool-call' ? [String(toolName)] : []))
    const used = tools.length === 0 ? '' : ` (used ${tools.join(', ')})`
    if (role === 'tool' || (text === '' && used === '')) return []
    return [`${role === 'user' ? 'User' : 'Assistant'}${used}: ${text.slice(0, maxChars)}`]
  })
  return lines.join('\n')
}
