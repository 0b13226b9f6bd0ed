// Converts UI messages, as chats of the AI SDK store them, to messages for a model. Pure. A client's account of the
// assistant's actions is only data: it does not execute tools.
import { idPattern } from '../../../core/ids.ts'
import type { Json } from '../../../core/json.ts'
import type { UiMessage } from '../schema.ts'

type Part = UiMessage['parts'][number] & {
  text?: string
  url?: string
  filename?: string
  mediaType?: string
  toolCallId?: string
  toolName?: string
  state?: string
  input?: Json
  output?: Json
  errorText?: string
  approval?: { id?: string; approved?: boolean; reason?: string }
}

export function fromUi(messages: readonly UiMessage[]): Json[] {
  return messages.flatMap(({ role, parts }): Json[] => {
    if (role === 'assistant') return fromAssistant(parts as Part[])
    const content = (parts as Part[]).flatMap((part): Json[] => {
      if (part.type === 'text') return [{ type: 'text', text: part.text ?? '' }]
      if (part.type === 'file' && typeof part.url === 'string') return [fileOf(part.url, part)]
      return []
    })
    if (content.length === 0) return []
    if (role === 'system')
      return [{ role, content: content.map((one) => (one as { text?: string }).text ?? '').join('\n') }]
    return [{ role, content }]
  })
}

/** The URL of a file of the team, as threads show it. */
const OWN_FILE = new RegExp(`^/api/v1/files/(${idPattern('file')})/content$`)

function fileOf(url: string, { filename, mediaType = 'application/octet-stream' }: Part): Json {
  const id = OWN_FILE.exec(url)?.[1]
  const data: Json = id === undefined ? url : { $file: id }
  return { type: 'file', data, mediaType, ...(filename === undefined ? {} : { filename }) }
}

/** The id of the team's file that a part of a message refers to. */
export const fileIn = (part: Json): string | null =>
  (part as { data?: { $file?: string } } | null)?.data?.$file ?? null

/** Each step contains the text and the calls, then the results of the calls. A call without a result is left out. */
function fromAssistant(parts: readonly Part[]): Json[] {
  const found: Json[] = []
  for (const step of stepsOf(parts)) {
    const content: Json[] = []
    const results: Json[] = []
    for (const part of step) {
      if (part.type === 'text' && part.text) content.push({ type: 'text', text: part.text })
      if (!isTool(part)) continue
      const toolName = part.toolName ?? part.type.slice('tool-'.length)
      const { toolCallId = '', input = {} } = part
      const output = outputOf(part)
      if (output === null) continue
      content.push({ type: 'tool-call', toolCallId, toolName, input })
      results.push({ type: 'tool-result', toolCallId, toolName, output })
    }
    if (content.length > 0) found.push({ role: 'assistant', content })
    if (results.length > 0) found.push({ role: 'tool', content: results })
  }
  return found
}

const isTool = ({ type }: Part): boolean => type === 'dynamic-tool' || type.startsWith('tool-')

function outputOf({ state, output, errorText }: Part): Json | null {
  if (state === 'output-available') return { type: 'json', value: output ?? null }
  if (state === 'output-error') return { type: 'error-text', value: errorText ?? 'The tool failed.' }
  if (state === 'output-denied') return { type: 'error-text', value: 'A person has rejected this call.' }
  return null
}

function stepsOf(parts: readonly Part[]): Part[][] {
  const steps: Part[][] = [[]]
  for (const part of parts) {
    if (part.type === 'step-start') steps.push([])
    else steps.at(-1)?.push(part)
  }
  return steps
}

export type Answered = { approvalId: string; approved: boolean; reason: string | null }

/** The person's new decisions on waiting calls: only those in the newest message. */
export function approvalsIn(messages: readonly UiMessage[]): Answered[] {
  const last = messages.at(-1)
  if (last?.role !== 'assistant') return []
  return (last.parts as Part[]).flatMap(({ state, approval }) =>
    state === 'approval-responded' &&
    typeof approval?.id === 'string' &&
    typeof approval.approved === 'boolean'
      ? [{ approvalId: approval.id, approved: approval.approved, reason: approval.reason ?? null }]
      : [],
  )
}
