// Effects in flight. Invariants:
// 1. An effect runs detached: no RPC method and no alarm ever waits for one.
// 2. Its outcome goes through a turn like any fact. The attempt number decides whether it still counts.
// 3. The secrets that it has read are removed from its result before anything is stored.
// 4. When a run leaves memory, its effects are aborted. Their attempts are not over: they are resumed from the stored
//    state.
// 5. If one of our own bindings does not answer, the node has not failed: the attempt is deferred.
import { type NodeResult, PlatformUnavailable } from '../../../src/nodes/node.ts'
import type { NodePorts } from '../../../src/nodes/ports.ts'
import { asNodeError } from './compute.ts'
import type { EffectStart } from './open-turn.ts'

const DEFER_MS = 2_000

const LEFT_MEMORY = new Error('The run has left memory')

/** Whether the run has ended the attempt, so that work that it started elsewhere must be stopped. */
export const isEnded = ({ aborted, reason }: AbortSignal): boolean => aborted && reason !== LEFT_MEMORY

export type EffectOutcome = { path: string; attempt: number } & (
  | { result: NodeResult }
  | { deferMs: number; reason: string }
)

/** The ports of a node, and a function that hides the secrets that it has read. */
export type EffectPorts = { ports: NodePorts; hide: <T>(value: T) => T }

export function runEffects(
  open: (effect: EffectStart) => EffectPorts,
  done: (outcome: EffectOutcome) => void,
  /** Reduces a result to what the run can store. */
  settle: (path: string, result: NodeResult, signal: AbortSignal) => Promise<NodeResult>,
) {
  const inFlight = new Map<string, { attempt: number; controller: AbortController }>()

  async function execute(effect: EffectStart, signal: AbortSignal): Promise<void> {
    const { path, attempt, prepared } = effect
    let outcome: EffectOutcome
    let hide: EffectPorts['hide'] = (value) => value
    try {
      const opened = open(effect)
      hide = opened.hide
      const result = await prepared.work(opened.ports, prepared.input, signal)
      outcome = { path, attempt, result: await settle(path, hide(result), signal) }
    } catch (error) {
      outcome =
        error instanceof PlatformUnavailable
          ? { path, attempt, deferMs: DEFER_MS, reason: error.message }
          : { path, attempt, result: { error: hide(asNodeError(error)) } }
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
    /** `isOver`: the run is deleted, so its attempts are not resumed. */
    cancelAll(isOver: boolean): void {
      for (const { controller } of inFlight.values()) controller.abort(isOver ? undefined : LEFT_MEMORY)
      inFlight.clear()
    },
    size: (): number => inFlight.size,
  }
}
