import { type Activation, isSettled } from '../model/state.ts'
import { cancel } from './activation.ts'
import { emit, type Turn } from './turn.ts'

/** Cancels an activation and everything inside it. Only the outcome of the activation itself reaches its edges. */
export function cancelTree(turn: Turn, activation: Activation, propagate: boolean): void {
  if (isSettled(activation.status)) return
  cancelInside(turn, activation)
  emit(turn, { type: 'node.cancelled', path: activation.path })
  cancel(turn, activation, propagate)
}

/** Cancels what runs in the body or among the items of an activation. Looks at open activations only. */
export function cancelInside(turn: Turn, activation: Activation): void {
  if (activation.stage !== 'body' && activation.stage !== 'items') return
  const prefix = `${activation.path}${activation.stage === 'items' ? ':' : '.'}`
  const { open, activations } = turn.state
  for (const path of [...open]) {
    if (!path.startsWith(prefix)) continue
    emit(turn, { type: 'node.cancelled', path })
    cancel(turn, activations.get(path)!, false)
  }
}

/** Cancels every open activation, except those that `keep` selects. */
export function cancelOpen(turn: Turn, keep: (activation: Activation) => boolean = () => false): void {
  const { open, activations } = turn.state
  for (const path of [...open]) {
    const activation = activations.get(path)!
    if (keep(activation)) continue
    emit(turn, { type: 'node.cancelled', path })
    cancel(turn, activation, false)
  }
}
