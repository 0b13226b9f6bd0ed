// Reports to the index which waits a turn has begun or ended: approvals, and waits for events of the team.
import type { Activation } from '../../../src/engine/model/state.ts'
import type { OpenTurn } from './open-turn.ts'
import { isEventWait } from './outcome.ts'
import { prepareNode } from './prepared.ts'

/** Reports an approval that is over, whether a decision, a timer or a cancel ended it. */
export function reportApproval({ shell, result, now }: OpenTurn, { path, node, status }: Activation): void {
  const { run, store } = shell
  const planned = run.plan.nodes[node]
  if (status === 'waiting' || status === 'running' || planned === undefined) return
  if (prepareNode(planned).type?.onDecision === undefined || store.readWait(path) === null) return
  store.pushOutbox('approval', { path }, now)
  result.hasMessages = true
}

/** Reports waits for events that began or ended, in one row. A wait that did both in this turn was never reported. */
export function reportEventWaits(turn: OpenTurn): void {
  const { shell, result, activations, now } = turn
  const paths = [...activations].filter((one) => concernsEvents(turn, one)).map(({ path }) => path)
  if (paths.length === 0) return
  // All waits end with the run.
  shell.store.pushOutbox('event_waits', { paths: result.ended ? [] : paths }, now)
  result.hasMessages = true
}

function concernsEvents(
  { shell, opened }: OpenTurn,
  { path, node, status, attempt, wait }: Activation,
): boolean {
  const planned = shell.run.plan.nodes[node]
  if (planned === undefined || prepareNode(planned).type?.onSignal === undefined) return false
  if (status === 'waiting') return opened.has(path) && isEventWait(wait)
  return shell.store.readWait(path)?.listed === true && !(opened.has(path) && attempt === 1)
}
