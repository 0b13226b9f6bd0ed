// When a run tells others what it owes them. Invariants:
// 1. One round of deliveries at a time; what is asked for meanwhile follows it.
// 2. An alarm stands behind each round that is due: a loss of memory delays what is told, and loses none of it.
// 3. While a run is being started its end is left to `endInTime`, which must follow.
import { createLog } from '../../src/core/log.ts'
import { hasEnded } from '../../src/engine/state.ts'
import { drainOutbox, PROJECT_DEBOUNCE_MS, reportsInTime } from './outbox.ts'
import type { RunShell } from './run-shell.ts'
import type { RunStore } from './store.ts'
import { HEARTBEAT_MS, type Timers } from './timers.ts'

/**
 * How long the answer to a start may be held for the report of a run that has ended in it. Long, because whoever gives
 * up under load makes more of it.
 */
const REPORT_PATIENCE_MS = 5_000

export class Reports {
  isStarting = false
  readonly #machine: RunShell
  readonly #timers: Timers
  readonly #onAllTold: () => void
  #underWay = false
  #dueAt = Number.POSITIVE_INFINITY
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `onAllTold` is called when a run that has ended owes nothing more. */
  constructor(machine: RunShell, timers: Timers, onAllTold: () => void) {
    this.#machine = machine
    this.#timers = timers
    this.#onAllTold = onAllTold
  }

  get isDue(): boolean {
    return this.#timer !== undefined
  }

  /** A burst of changes is one report; after the end there are no more. */
  project(): void {
    const { store } = this.#machine
    const ended = hasEnded(this.#machine.requireRun().state)
    const delayMs = ended ? 0 : PROJECT_DEBOUNCE_MS
    store.replaceOutbox('project', null, this.#machine.now() + delayMs)
    if (!this.isStarting || !ended) this.schedule(delayMs)
  }

  tell(kind: string, body: Parameters<RunStore['pushOutbox']>[1]): void {
    this.#machine.store.pushOutbox(kind, body, this.#machine.now())
    this.schedule(0)
  }

  /** A run that only waits, and has told everything, is not woken for nothing. */
  tellWhatIsLeft(): void {
    if (this.#machine.store.readOutbox().length > 0) this.schedule(0)
  }

  schedule(delayMs: number): void {
    const at = this.#machine.now() + delayMs
    if (this.isDue && this.#dueAt <= at) return
    clearTimeout(this.#timer)
    this.#dueAt = at
    this.#timers.arm(at + HEARTBEAT_MS)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#tellAll()
    }, delayMs)
  }

  async #tellAll(): Promise<void> {
    const machine = this.#machine
    if (machine.run === null) return
    if (this.#underWay) {
      this.schedule(PROJECT_DEBOUNCE_MS)
      return
    }
    this.#underWay = true
    try {
      const nextAt = await drainOutbox(machine)
      if (machine.run === null) return
      if (nextAt !== null) {
        this.#timers.arm(nextAt)
        const delayMs = nextAt - machine.now()
        if (delayMs < HEARTBEAT_MS) this.schedule(Math.max(0, delayMs))
      } else if (hasEnded(machine.run.state)) {
        this.#timers.disarm()
        this.#onAllTold()
      }
    } catch (error) {
      createLog('error').error('the outbox of a run could not be sent', {
        runId: machine.run?.spec.runId,
        error,
      })
    } finally {
      this.#underWay = false
    }
  }

  /**
   * A run that has ended in its own start is in the index before it is answered, so no alarm has to see to that after a
   * crash: to set one and take it back is as long on the disk as all else that a short run writes. For the same reason
   * the row of the outbox stays until the object is next loaded. When the report takes long, the alarm answers for it.
   */
  async endInTime(): Promise<void> {
    const machine = this.#machine
    if (!hasEnded(machine.requireRun().state) || this.isDue) return
    if (!(await reportsInTime(machine, REPORT_PATIENCE_MS)) && machine.run !== null) this.schedule(0)
  }

  /** Of a run that is removed nothing is told any more. */
  stop(): void {
    clearTimeout(this.#timer)
  }
}
