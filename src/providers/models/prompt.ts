// Converts the messages that a run stores (`ModelMessage`s of the AI SDK) to the prompt that a provider of the SDK
// accepts. Invariants:
// 1. The same messages give the same prompt, so a repeated call sends the same bytes.
// 2. Data that a provider attached to a part (`providerOptions`) is sent back to that provider unchanged.
// 3. Every tool call is followed by its result before any other message. Otherwise the prompt is refused, as
//    providers would do.
import type { LanguageModelV4FilePart, LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider'
import type { Json } from '../../core/json.ts'
import { err, ok, type Result } from '../../core/result.ts'

type Part = { type: string; [key: string]: unknown }
type Message = { role: string; content: string | Part[]; providerOptions?: never }

type Parts<Role> = Extract<LanguageModelV4Message, { role: Role }>['content']

/** `wireName` returns the name of a tool for this provider. */
export function promptOf(
  instructions: string | undefined,
  messages: Json[],
  wireName: (name: string) => string,
): Result<LanguageModelV4Prompt, string> {
  const prompt: LanguageModelV4Prompt = []
  if (instructions !== undefined && instructions !== '')
    prompt.push({ role: 'system', content: instructions })
  for (const [index, message] of messages.entries()) {
    if (!isMessage(message)) return err(`messages/${index} is not a message with a role and content`)
    const taken = takeMessage(message, prompt, wireName)
    if (taken !== null) return err(`messages/${index}: ${taken}`)
  }
  const open = callsWithoutResult(prompt)
  if (open !== null) return err(`the tool call ${open} has no result`)
  return ok(prompt)
}

const isMessage = (message: Json): message is Json & Message => {
  if (message === null || typeof message !== 'object' || Array.isArray(message)) return false
  const { role, content } = message
  return (
    typeof role === 'string' &&
    (typeof content === 'string' ||
      (Array.isArray(content) &&
        content.every((part) => part !== null && typeof part === 'object' && 'type' in part)))
  )
}

/** The error, or null if the message was added. */
function takeMessage(
  { role, content, providerOptions }: Message,
  prompt: LanguageModelV4Prompt,
  wireName: (name: string) => string,
): string | null {
  const options = providerOptions === undefined ? {} : { providerOptions }
  const parts: Part[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content
  switch (role) {
    case 'system':
      if (typeof content !== 'string') return 'a system message has text'
      prompt.push({ role, content, ...options })
      return null
    case 'user': {
      const given = parts.filter((part) => part.type !== 'text' || part.text !== '').map(filePart)
      const wrong = given.find((part) => part.type !== 'text' && part.type !== 'file')
      if (wrong) return `a user cannot say a part of the type ${wrong.type}`
      prompt.push({ role, content: given as unknown as Parts<'user'>, ...options })
      return null
    }
    case 'assistant':
      prompt.push({
        role,
        content: parts
          .filter((part) => part.type !== 'tool-approval-request')
          .filter((part) => part.type !== 'text' || part.text !== '' || part.providerOptions !== undefined)
          .map((part) => renamed(filePart(part), wireName)) as unknown as Parts<'assistant'>,
        ...options,
      })
      return null
    case 'tool': {
      const results = parts
        .filter((part) => part.type !== 'tool-approval-response')
        .map((part) => renamed(part, wireName)) as unknown as Parts<'tool'>
      const last = prompt.at(-1)
      // The results of parallel calls in one turn are in one message.
      if (last?.role === 'tool') last.content.push(...results)
      else if (results.length > 0) prompt.push({ role, content: results, ...options })
      return null
    }
    default:
      return `the role ${role} is not known`
  }
}

const renamed = (part: Part, wireName: (name: string) => string): Part =>
  typeof part.toolName === 'string' ? { ...part, toolName: wireName(part.toolName) } : part

/** Images are files. Their data may be base64, a data URL, or a URL. */
function filePart(part: Part): Part {
  if (part.type !== 'image' && part.type !== 'file' && part.type !== 'reasoning-file') return part
  const { image, data: given, mediaType = 'image', type, ...rest } = part
  const { data, type: ofData } = dataOf(given ?? image)
  return { ...rest, type: type === 'image' ? 'file' : type, data, mediaType: ofData ?? mediaType }
}

const DATA_URL = /^data:([^;,]*)(?:;[^,]*)?,/

function dataOf(value: unknown): { data: LanguageModelV4FilePart['data'] | undefined; type: string | null } {
  if (typeof value !== 'string') return { data: value as LanguageModelV4FilePart['data'], type: null }
  const inline = DATA_URL.exec(value)
  if (inline) return { data: { type: 'data', data: value.slice(inline[0].length) }, type: inline[1] || null }
  if (/^https?:\/\//.test(value) && URL.canParse(value))
    return { data: { type: 'url', url: new URL(value) }, type: null }
  return { data: { type: 'data', data: value }, type: null }
}

function callsWithoutResult(prompt: LanguageModelV4Prompt): string | null {
  const open = new Set<string>()
  for (const message of prompt) {
    if (message.role === 'assistant') {
      if (open.size > 0) break
      for (const part of message.content)
        if (part.type === 'tool-call' && !part.providerExecuted) open.add(part.toolCallId)
    } else if (message.role === 'tool') {
      for (const part of message.content) if (part.type === 'tool-result') open.delete(part.toolCallId)
    } else if (open.size > 0) break
  }
  return open.values().next().value ?? null
}
