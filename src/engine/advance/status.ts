// The public status.
// V1. It is a function of the state, computed once at the end of each call.
// V2. Running time counts only while the status is `running`. Wall time always counts.
import { RUN_TIMEOUT } from '../model/command.ts'
import { isBusy, type RunState, type RunStatus } from '../model/state.ts'
import { clearRunTimer } from './ending.ts'
import { emit, type Turn } from './turn.ts'

/** Sets the status for the current state, and handles the consequences of a change. */
export function refreshStatus(turn: Turn, before: RunStatus): void {
  const { run } = turn.state
  const status = statusOf(turn.state)
  countTime(turn, status)
  if (status === before) return
  run.status = status
  if (status === 'waiting') emit(turn, { type: 'run.waiting' })
  if (status === 'running' && before === 'waiting') emit(turn, { type: 'run.running' })
  turn.commands.push({ type: 'project', status })
  if (run.phase === 'ended') turn.commands.push({ type: 'end_run', status })
}

function statusOf(state: RunState): RunStatus {
  const { run } = state
  if (run.phase === 'ended') return run.status
  if (run.paused) return 'paused'
  if (run.phase === 'queued') return 'queued'
  // Without a slot at its gate, the run waits for at least that.
  if (run.held) return run.slots > 0 || run.turns > 0 ? 'running' : 'waiting'
  return !isBusy(state) && run.waiting > 0 ? 'waiting' : 'running'
}

function countTime(turn: Turn, status: RunStatus): void {
  const { run } = turn.state
  const counts = status === 'running'
  if (counts === (run.runningSince !== null)) return
  if (run.runningSince !== null) {
    run.ranMs += turn.now - run.runningSince
    run.runningSince = null
    clearRunTimer(turn, RUN_TIMEOUT)
    return
  }
  run.runningSince = turn.now
  if (turn.plan.timeoutMs === 0 || (run.phase !== 'active' && run.phase !== 'collecting')) return
  run.timeoutAt = turn.now + Math.max(0, turn.plan.timeoutMs - run.ranMs)
  turn.commands.push({ type: 'set_timer', key: RUN_TIMEOUT, at: run.timeoutAt })
}
