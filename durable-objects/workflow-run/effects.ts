// Effects in flight. Invariants:
// 1. An effect runs detached: no RPC method and no alarm ever waits for one.
// 2. Its outcome goes through a turn like any fact, where the fence of its attempt decides whether it still counts.
// 3. One of our own bindings that does not answer is not the node's failure: the attempt is put off.
import type { NodeResult } from '../../src/nodes/node.ts'
import { PlatformUnavailable } from '../../src/nodes/node.ts'
import type { NodePorts } from '../../src/nodes/ports.ts'
import { asNodeError } from './compute.ts'
import type { EffectStart } from './turn.ts'

const DEFER_MS = 2_000

export type EffectOutcome = { path: string; attempt: number } & (
  | { result: NodeResult }
  | { deferMs: number; reason: string }
)

export function runEffects(
  ports: (effect: EffectStart) => NodePorts,
  done: (outcome: EffectOutcome) => void,
) {
  const inFlight = new Map<string, { attempt: number; controller: AbortController }>()

  async function execute(effect: EffectStart, signal: AbortSignal): Promise<void> {
    const { path, attempt, prepared } = effect
    let outcome: EffectOutcome
    try {
      outcome = { path, attempt, result: await prepared.work(ports(effect), prepared.input, signal) }
    } catch (error) {
      outcome =
        error instanceof PlatformUnavailable
          ? { path, attempt, deferMs: DEFER_MS, reason: error.message }
          : { path, attempt, result: { error: asNodeError(error) } }
    }
    if (inFlight.get(path)?.attempt === attempt) inFlight.delete(path)
    done(outcome)
  }

  return {
    start(effect: EffectStart): void {
      const controller = new AbortController()
      inFlight.set(effect.path, { attempt: effect.attempt, controller })
      void execute(effect, controller.signal)
    },
    cancel(path: string, attempt: number): void {
      const running = inFlight.get(path)
      if (running === undefined || running.attempt !== attempt) return
      inFlight.delete(path)
      running.controller.abort()
    },
    size: (): number => inFlight.size,
  }
}
