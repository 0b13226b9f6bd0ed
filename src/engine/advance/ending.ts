import { RUN_DEADLINE, RUN_DRAIN, RUN_TIMEOUT } from '../command.ts'
import { emit, type Turn } from './turn.ts'

/** Terminal: nothing is accepted and nothing is emitted after this. */
export function endRun(turn: Turn, status: 'succeeded' | 'failed' | 'cancelled'): void {
  const { run } = turn.state
  if (run.phase === 'collecting' && status === 'cancelled') run.turns--
  for (const key of [RUN_DRAIN, RUN_TIMEOUT, RUN_DEADLINE] as const) clearRunTimer(turn, key)
  run.phase = 'ended'
  run.finishedAt = turn.now
  run.undoing = null
  turn.state.undo = null
  if (status === 'failed') {
    emit(turn, { type: 'run.failed', error: run.error ?? { code: 'run.failed', message: 'The run failed' } })
  } else emit(turn, { type: `run.${status}` })
  run.status = status
}

export function clearRunTimer(turn: Turn, key: string): void {
  const { run } = turn.state
  const field = key === RUN_DRAIN ? 'drainAt' : key === RUN_TIMEOUT ? 'timeoutAt' : 'deadlineAt'
  if (run[field] === null) return
  run[field] = null
  turn.commands.push({ type: 'clear_timer', key })
}
