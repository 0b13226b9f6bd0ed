import type { Plan } from '../model/plan.ts'
import { endRun } from './ending.ts'
import { collect } from './start.ts'
import type { Turn } from './turn.ts'

/** One unit of a body has settled. The body is done when none is left. */
export function frameUnitSettled(turn: Turn, frame: string): void {
  if (frame === '') {
    if (--turn.state.run.left === 0) runSettled(turn)
    return
  }
  const group = turn.state.activations.get(frame)
  if (group === undefined || group.stage !== 'body') return
  group.left--
  turn.changed.add(group)
  if (group.left === 0) collect(turn, group, 'group')
}

/** Every unit of the workflow has settled. */
export function runSettled(turn: Turn): void {
  const { run } = turn.state
  if (!mustCollect(turn.plan)) {
    endRun(turn, 'succeeded')
    return
  }
  run.phase = 'collecting'
  run.turns++
  turn.commands.push({ type: 'collect_output', path: '', node: -1, attempt: 1, of: 'run' })
}

/**
 * A single last node cannot exceed the limit for a run's output. An `output`, or several last nodes, can: that must
 * be checked.
 */
function mustCollect({ scopes, nodes, edges }: Plan): boolean {
  const body = scopes[0]!
  if (body.output !== undefined) return true
  const isLast = (node: number) => nodes[node]!.outgoing.every((edge) => edges[edge]!.back)
  return body.nodes.filter(isLast).length > 1
}
