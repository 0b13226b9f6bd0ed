import { outerPath } from '../model/path.ts'
import type { Activation } from '../model/state.ts'
import type { Turn } from './turn.ts'

/**
 * Whether an outcome in this body still leads anywhere. An earlier edge of the same node may have failed the group or
 * the run.
 */
export const isLive = ({ state }: Turn, frame: string): boolean =>
  state.run.phase === 'active' && (frame === '' || state.activations.get(frame)?.stage === 'body')

/** The activation that contains this one: its `each`, or the group around it. Undefined at the top. */
export function parentOf(turn: Turn, { path }: Activation): Activation | undefined {
  return turn.state.activations.get(outerPath(path))
}
