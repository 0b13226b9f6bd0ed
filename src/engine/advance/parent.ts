import { withoutItem } from '../path.ts'
import type { Activation } from '../state.ts'
import type { Turn } from './turn.ts'

/**
 * Whether what settles in this body still leads anywhere. An earlier edge of the same node may just have failed the
 * group, or the run.
 */
export const isLive = ({ state }: Turn, frame: string): boolean =>
  state.run.phase === 'active' && (frame === '' || state.activations.get(frame)?.stage === 'body')

/** The activation that this one is part of: its `each`, the group around it, or none at the top. */
export function parentOf(turn: Turn, activation: Activation): Activation | undefined {
  const { activations } = turn.state
  if (activation.item >= 0) return activations.get(withoutItem(activation.path))
  return activation.frame === '' ? undefined : activations.get(activation.frame)
}
