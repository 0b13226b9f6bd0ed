// Converts the events of an agent's run to the chunks of a UI message stream. Pure, so a client that reconnects gets
// the same chunks. Invariants:
// 1. An open part is ended before another begins, also if its call was cut off.
// 2. Text that was shown is not shown again: only the rest of an answer is added. If the answer is different,
//    `data-restart` says so.
// 3. Only chunks of the protocol are sent, and nothing after the last one.
// 4. A message ends when the run waits for a person, but not because it did so in the past.
import type { Json } from '../../../core/json.ts'
import type { RunDelta, RunEvent } from '../../../objects/run-events.ts'

export type Chunk = { type: string; [field: string]: Json }

type Open = { kind: 'text' | 'reasoning'; id: string }
type Call = { path: string; attempt: number; text: string; parts: number; tools: Set<string> }

export type Folding = {
  open: Open | null
  call: Call | null
  /** The item that contains a call, by its path. */
  toolCalls: Map<string, string>
  denied: Set<string>
  /** Calls that wait for a person. */
  asking: Set<string>
  /** Nothing of the run is active. */
  isWaiting: boolean
  isStep: boolean
  isOver: boolean
}

export const newFolding = (): Folding => ({
  open: null,
  call: null,
  toolCalls: new Map(),
  denied: new Set(),
  asking: new Set(),
  isWaiting: false,
  isStep: false,
  isOver: false,
})

const MODEL = /\.model(~\d+)?$/
const ITEM = /^(.*\.tool(?:~\d+)?:\d+)\.(gate|ask|result|refuse)$/

/** `output` is the value that an event refers to but does not contain. */
export function chunksOf(state: Folding, event: RunEvent | RunDelta, output?: Json): Chunk[] {
  if (state.isOver) return []
  switch (event.type) {
    case 'delta':
      return MODEL.test(event.path) ? textChunks(state, event) : []
    case 'node.started':
      return MODEL.test(event.path) ? begun(state, event) : []
    case 'node.retrying':
      return MODEL.test(event.path) ? restarted(state) : []
    case 'node.succeeded':
      return succeeded(state, event.path, output ?? (event.output as Json | undefined) ?? null)
    case 'node.waiting':
      return event.wait.kind === 'approval' ? asked(state, event.path, event.wait.name ?? '') : []
    case 'run.waiting':
    case 'run.running':
      state.isWaiting = event.type === 'run.waiting'
      return []
    case 'run.succeeded':
      return over(state, finished((output ?? (event.output as Json | undefined) ?? null) as Result | null))
    case 'run.failed':
      return over(state, [{ type: 'error', errorText: `${event.error.code}: ${event.error.message}` }])
    case 'run.cancelled':
      return over(state, [{ type: 'abort' }])
    default:
      return []
  }
}

/** The end of the message if the run waits for a person. Call it after each event that is not of the past. */
export const pauseOf = (state: Folding): Chunk[] =>
  !state.isOver && state.isWaiting && state.asking.size > 0
    ? over(state, [{ type: 'finish', finishReason: 'tool-calls' }])
    : []

function begun(state: Folding, { path, attempt }: { path: string; attempt: number }): Chunk[] {
  state.call = { path, attempt, text: '', parts: 0, tools: new Set() }
  if (state.isStep) return []
  state.isStep = true
  return [{ type: 'start-step' }]
}

function textChunks(state: Folding, delta: RunDelta): Chunk[] {
  const { path, attempt, kind, text, id = '', name = '' } = delta
  const chunks = state.call?.path === path && state.call.attempt === attempt ? [] : begun(state, delta)
  const call = state.call as Call
  if (kind === 'tool') {
    chunks.push(...ended(state))
    if (!call.tools.has(id)) {
      call.tools.add(id)
      chunks.push({ type: 'tool-input-start', toolCallId: id, toolName: name, dynamic: true })
    }
    if (text !== '') chunks.push({ type: 'tool-input-delta', toolCallId: id, inputTextDelta: text })
    return chunks
  }
  if (state.open?.kind !== kind) {
    chunks.push(...ended(state))
    state.open = { kind, id: `${path}#${attempt}.${call.parts++}` }
    chunks.push({ type: `${kind}-start`, id: state.open.id })
  }
  if (kind === 'text') call.text += text
  chunks.push({ type: `${kind}-delta`, id: state.open.id, delta: text })
  return chunks
}

function ended(state: Folding): Chunk[] {
  if (state.open === null) return []
  const { kind, id } = state.open
  state.open = null
  return [{ type: `${kind}-end`, id }]
}

/** The shown part of a call that does not count. */
function restarted(state: Folding): Chunk[] {
  const wasSeen = state.call !== null && (state.call.text !== '' || state.call.tools.size > 0)
  const chunks = ended(state)
  state.call = null
  return wasSeen ? [...chunks, { type: 'data-restart', data: null, transient: true }] : chunks
}

type Turn = {
  kind?: string
  text?: string
  calls?: { id: string; name: string; input: Json; invalid?: string }[]
}

function succeeded(state: Folding, path: string, output: Json): Chunk[] {
  if (MODEL.test(path)) return answered(state, path, (output ?? {}) as Turn)
  state.asking.delete(path)
  const [, item, what] = ITEM.exec(path) ?? []
  if (item === undefined) return []
  const { toolCallId, output: result } = (output ?? {}) as {
    toolCallId?: string
    output?: { type: string; value: Json }
  }
  if (what === 'gate' && toolCallId !== undefined) state.toolCalls.set(item, toolCallId)
  if (what === 'ask' && (output as { decision?: string } | null)?.decision !== 'approved')
    state.denied.add(item)
  if (what === 'ask') state.asking.delete(item)
  if ((what !== 'result' && what !== 'refuse') || toolCallId === undefined || result === undefined) return []
  if (state.denied.has(item)) return [{ type: 'tool-output-denied', toolCallId }]
  return result.type.startsWith('error')
    ? [{ type: 'tool-output-error', toolCallId, errorText: String(result.value) }]
    : [{ type: 'tool-output-available', toolCallId, output: result.value }]
}

function answered(state: Folding, path: string, { kind, text = '', calls = [] }: Turn): Chunk[] {
  if (kind !== 'answer') return kind === 'failed' ? restarted(state) : []
  const shown = state.call?.path === path ? state.call.text : ''
  const chunks: Chunk[] = []
  if (!text.startsWith(shown)) chunks.push(...restarted(state))
  const rest = text.startsWith(shown) ? text.slice(shown.length) : text
  if (rest !== '') {
    if (state.open?.kind !== 'text') {
      chunks.push(...ended(state))
      state.open = { kind: 'text', id: `${path}.end` }
      chunks.push({ type: 'text-start', id: state.open.id })
    }
    chunks.push({ type: 'text-delta', id: state.open.id, delta: rest })
  }
  chunks.push(...ended(state))
  for (const { id, name, input, invalid } of calls)
    chunks.push(
      invalid === undefined
        ? { type: 'tool-input-available', toolCallId: id, toolName: name, input, dynamic: true }
        : {
            type: 'tool-input-error',
            toolCallId: id,
            toolName: name,
            input,
            errorText: invalid,
            dynamic: true,
          },
    )
  chunks.push({ type: 'finish-step' })
  state.isStep = false
  state.call = null
  return chunks
}

function asked(state: Folding, path: string, approvalId: string): Chunk[] {
  const [, item] = ITEM.exec(path) ?? []
  // A limit that needs a decision is not a tool call: the run waits, and its page shows why.
  if (item === undefined) {
    state.asking.add(path)
    return [{ type: 'data-waiting', data: { approvalId, path } }]
  }
  state.asking.add(item)
  const toolCallId = state.toolCalls.get(item)
  return toolCallId === undefined ? [] : [{ type: 'tool-approval-request', approvalId, toolCallId }]
}

type Result = { finishReason?: string; usage?: Json; model?: Json; object?: Json }

function finished(result: Result | null): Chunk[] {
  const { finishReason = 'stop', usage = null, model = null, object } = result ?? {}
  const metadata = { finishReason, usage, model, ...(object === undefined ? {} : { object }) }
  const reason =
    finishReason === 'stop' || finishReason === 'length'
      ? finishReason
      : finishReason === 'refused'
        ? 'content-filter'
        : 'other'
  return [{ type: 'finish', finishReason: reason, messageMetadata: metadata }]
}

function over(state: Folding, last: Chunk[]): Chunk[] {
  const chunks = ended(state)
  if (state.isStep) chunks.push({ type: 'finish-step' })
  state.isStep = false
  state.isOver = true
  return [...chunks, ...last]
}
