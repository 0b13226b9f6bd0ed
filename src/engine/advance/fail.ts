// How a failure is handled, or ends the run.
// X1. The nearest handler decides: the node's own policy, the `each` of an item, the group around it. Other work
//     inside the handler is aborted; nothing outside is affected.
// X2. Without a handler, the run drains: nothing new starts, and effects in flight get 30 s and are recorded. Then it
//     undoes, and the terminal event follows. A pause ends, because it only holds back the start of work.
import { RUN_DRAIN } from '../model/command.ts'
import type { NodeError } from '../model/event.ts'
import type { Activation } from '../model/state.ts'
import { settle } from './activation.ts'
import { cancelInside, cancelOpen } from './cancel.ts'
import { parentOf } from './parent.ts'
import { emit, planNode, type Turn } from './turn.ts'

const DRAIN_MS = 30_000

type Handling = { settleWith: { port: string | null } } | 'fail'

/** The activation has failed and is not retried. */
export function failActivation(turn: Turn, activation: Activation, error: NodeError): void {
  if (turn.state.run.phase !== 'active') {
    announce(turn, activation, null, error)
    settle(turn, activation, 'failed', { error, propagate: activation.undoes !== null })
    return
  }
  const chain: Activation[] = []
  let at: Activation | undefined = activation
  let handling: Handling = 'fail'
  while (at !== undefined) {
    handling = handlingOf(turn, at, error)
    if (handling !== 'fail') break
    chain.push(at)
    at = parentOf(turn, at)
  }
  const propagated: NodeError = { ...error, retryable: false, cause: error.cause ?? activation.path }
  for (const failed of chain) {
    const own = failed === activation ? error : propagated
    announce(turn, failed, null, own)
    settle(turn, failed, 'failed', { error: own, propagate: false })
  }
  if (at === undefined || handling === 'fail') {
    failRun(turn, propagated)
    return
  }
  cancelInside(turn, at)
  const { port } = handling.settleWith
  const own = at === activation ? error : propagated
  announce(turn, at, port, own)
  settle(turn, at, 'failed', { port, error: own })
}

export function failRun(turn: Turn, error: NodeError): void {
  const { run } = turn.state
  if (run.phase !== 'active' && run.phase !== 'collecting') return
  if (run.phase === 'collecting') run.turns--
  run.phase = 'failing'
  run.error = error
  run.paused = false
  emit(turn, { type: 'run.failing', error })
  cancelOpen(turn, (activation) => activation.holds === 'slot')
  if (run.slots === 0) return
  run.drainAt = turn.now + DRAIN_MS
  turn.commands.push({ type: 'set_timer', key: RUN_DRAIN, at: run.drainAt })
}

function handlingOf(turn: Turn, activation: Activation, error: NodeError): Handling {
  const node = planNode(turn, activation)
  if (activation.item >= 0) return node.each?.onItemError === 'fail' ? 'fail' : { settleWith: { port: null } }
  if (node.onError === 'route') return { settleWith: { port: 'error' } }
  // Continuing at the main port would restart the loop that was just stopped.
  if (node.onError === 'continue' && error.code !== 'loop.limit') return { settleWith: { port: 'main' } }
  return 'fail'
}

/**
 * `node.failed` reports one attempt. This event reports that the node has failed for good, and at which port the run
 * continues.
 */
function announce(turn: Turn, { path, attempt }: Activation, port: string | null, error: NodeError): void {
  emit(turn, { type: 'node.settled', path, attempt, status: 'failed', port, error })
}
