import { RUN_DEADLINE, RUN_DRAIN, RUN_TIMEOUT } from '../model/command.ts'
import type { Fact } from '../model/event.ts'
import type { EndedStatus } from '../model/state.ts'
import { emit, type Turn } from './turn.ts'

/** Ends the run. Nothing is accepted or emitted afterwards. */
/** Who cancelled the run, and why. */
export type Cancel = Pick<Extract<Fact, { type: 'run.cancel_requested' }>, 'by' | 'reason'>

export function endRun(turn: Turn, status: EndedStatus, { by, reason }: Cancel = {}): void {
  const { run } = turn.state
  if (run.phase === 'collecting' && status === 'cancelled') run.turns--
  for (const key of [RUN_DRAIN, RUN_TIMEOUT, RUN_DEADLINE] as const) clearRunTimer(turn, key)
  run.phase = 'ended'
  run.finishedAt = turn.now
  run.undoing = null
  turn.state.undo = null
  if (status === 'failed') {
    emit(turn, { type: 'run.failed', error: run.error ?? { code: 'run.failed', message: 'The run failed' } })
  } else if (status === 'cancelled') {
    emit(turn, {
      type: 'run.cancelled',
      ...(by === undefined ? {} : { by }),
      ...(reason === undefined ? {} : { reason }),
    })
  } else emit(turn, { type: 'run.succeeded' })
  run.status = status
}

export function clearRunTimer(turn: Turn, key: string): void {
  const { run } = turn.state
  const field = key === RUN_DRAIN ? 'drainAt' : key === RUN_TIMEOUT ? 'timeoutAt' : 'deadlineAt'
  if (run[field] === null) return
  run[field] = null
  turn.commands.push({ type: 'clear_timer', key })
}
