// Effects in flight. Invariants:
// 1. An effect runs detached: no RPC method and no alarm ever waits for one.
// 2. Its outcome goes through a turn like any fact, where the fence of its attempt decides whether it still counts.
// 3. What it gives is without the secrets that it has read, before anything of it is stored.
// 4. A run that leaves memory aborts its effects, and their attempts are not over: they are taken up again from what is stored.
// 5. One of our own bindings that does not answer is not the node's failure: the attempt is put off.
import type { NodeResult } from '../../../src/nodes/node.ts'
import { PlatformUnavailable } from '../../../src/nodes/node.ts'
import type { NodePorts } from '../../../src/nodes/ports.ts'
import { asNodeError } from './compute.ts'
import type { EffectStart } from './open-turn.ts'

const DEFER_MS = 2_000

const LEFT_MEMORY = new Error('The run has left memory')

/** Whether an attempt was ended by its run, so that what it has begun elsewhere is to be stopped. */
export const isEnded = ({ aborted, reason }: AbortSignal): boolean => aborted && reason !== LEFT_MEMORY

export type EffectOutcome = { path: string; attempt: number } & (
  | { result: NodeResult }
  | { deferMs: number; reason: string }
)

/** What a node may reach, and what takes the secrets that it has read out of what it gives. */
export type EffectPorts = { ports: NodePorts; hide: <T>(value: T) => T }

export function runEffects(
  open: (effect: EffectStart) => EffectPorts,
  done: (outcome: EffectOutcome) => void,
  /** Makes of a result what the run can keep. */
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
    /** `isOver`: the run is deleted, and nothing takes the attempts up again. */
    cancelAll(isOver: boolean): void {
      for (const { controller } of inFlight.values()) controller.abort(isOver ? undefined : LEFT_MEMORY)
      inFlight.clear()
    },
    size: (): number => inFlight.size,
  }
}
