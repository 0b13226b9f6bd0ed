// Converts the recorded rounds to the messages for a model. Invariants:
// 1. The same rounds give the same messages, so a repeated call sends the same.
// 2. The results of the calls of one turn are in one message, in the order of the calls.
// 3. Results that the model no longer needs completely are shortened. The whole result stays with its step.
import type { Json } from '../../../core/json.ts'
import type { ModelToolCall } from '../../../providers/models/types.ts'
import type { Answered, Round } from './turn.ts'

/** The maximum of one result. */
export const MAX_RESULT_CHARS = 65_536
/** The results of this many newest turns are sent completely. */
const FRESH_TURNS = 3
/** The border moves in steps, so that the beginning stays the same for a while and a provider can cache it. */
const BORDER_STEP = 3
/** The maximum of an older result. */
const OLD_CHARS = 240

type Output = { type: string; value: Json }

const isAnswer = (round: Round): round is Round & { turn: Answered } => round.turn.kind === 'answer'

export function historyOf(rounds: readonly Round[]): Json[] {
  const answered = rounds.filter(isAnswer)
  const fresh = Math.floor(Math.max(0, answered.length - FRESH_TURNS) / BORDER_STEP) * BORDER_STEP
  return answered.flatMap(({ turn, results }, index) => {
    if (turn.calls.length === 0) return turn.messages
    // Calls that a limit has stopped were not made, but need a result anyway.
    return [...turn.messages, toolMessage(turn.calls, results ?? [], index < fresh)]
  })
}

function toolMessage(calls: readonly ModelToolCall[], results: readonly Json[], isOld: boolean): Json {
  const content = calls.map(({ id, name }, index): Json => {
    const { type, value } = outputOf(results[index])
    return {
      type: 'tool-result',
      toolCallId: id,
      toolName: name,
      output: isOld ? old(name, type, value) : whole(type, value),
    }
  })
  return { role: 'tool', content }
}

/** A call that was lost or cut off only has an error. */
function outputOf(result: Json | undefined): Output {
  const { output, error } = (result ?? {}) as { output?: Output; error?: { message?: string } | null }
  if (output !== undefined) return output
  return { type: 'error-text', value: error?.message ?? 'The call was not made.' }
}

function whole(type: string, value: Json): Json {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (text.length <= MAX_RESULT_CHARS) return { type, value }
  const kept = text.slice(0, MAX_RESULT_CHARS - 200)
  return {
    type: type.startsWith('error') ? 'error-text' : 'text',
    value: `${kept}\n[shortened: ${text.length} characters in all, the whole result is kept with the run]`,
  }
}

const old = (name: string, type: string, value: Json): Json => shortened(name, type, value, OLD_CHARS)

/** The beginning of a result, with a note that there was more. A shortened result does not change again. */
export function shortened(name: string, type: string, value: Json, maxChars: number): Output {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const most = Math.max(maxChars, OLD_CHARS)
  if (text.length <= most || (text.length <= OLD_CHARS + 200 && text.endsWith(AGAIN))) return { type, value }
  return {
    type: type.startsWith('error') ? 'error-text' : 'text',
    value: `${text.slice(0, most)}… [an earlier result of ${name}, ${text.length} characters. ${AGAIN}`,
  }
}

const AGAIN = 'Call it again if you need more]'
