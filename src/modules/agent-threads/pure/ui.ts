// Converts messages for a model to the parts of a UI message, for chats of the AI SDK. Pure.
import type { Json } from '../../../core/json.ts'
import type { ThreadMessage } from '../schema.ts'

type Part = { type: string; [field: string]: Json }
type Parts = ThreadMessage['parts']
type Message = { role: string; content: string | Part[] }
type Output = { type: string; value: Json }

export function partsOf(messages: readonly Json[]): Parts {
  const results = new Map<string, Output>()
  for (const { role, content } of messages as Message[])
    if (role === 'tool' && typeof content !== 'string')
      for (const part of content) results.set(String(part.toolCallId), part.output as Output)
  return (messages as Message[]).flatMap(({ role, content }): Parts => {
    if (role === 'tool') return []
    const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : content
    const shown = parts.flatMap((part) => partOf(part, results))
    return role === 'assistant' ? [{ type: 'step-start' }, ...shown] : shown
  })
}

function partOf(part: Part, results: ReadonlyMap<string, Output>): Parts {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ type: 'text', text: part.text, state: 'done' }]
    case 'reasoning':
      return [{ type: 'reasoning', text: part.text, state: 'done' }]
    case 'file':
    case 'image':
      return fileOf(part)
    case 'tool-call': {
      const { toolCallId, toolName, input } = part
      const { type, value } = results.get(String(toolCallId)) ?? {
        type: 'error-text',
        value: 'There is no result.',
      }
      const call = { type: 'dynamic-tool', toolCallId, toolName, input: input ?? {} }
      return type.startsWith('error')
        ? [{ ...call, state: 'output-error', errorText: String(value) }]
        : [{ ...call, state: 'output-available', output: value }]
    }
    default:
      return []
  }
}

function fileOf({ data, image, filename, mediaType = 'application/octet-stream' }: Part): Parts {
  const given = data ?? image
  const id = (given as { $file?: string } | null)?.$file
  if (typeof id === 'string')
    return [{ type: 'file', mediaType, filename, url: `/api/v1/files/${id}/content` }]
  if (typeof given !== 'string') return []
  const url = /^(?:data:|https?:\/\/)/.test(given) ? given : `data:${String(mediaType)};base64,${given}`
  return [{ type: 'file', mediaType, url }]
}
