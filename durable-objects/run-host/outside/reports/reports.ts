// When a run sends its outbox. The host sends the reports to the index, for all its runs. Invariants:
// 1. One round of deliveries runs at a time. Requests in the meantime cause one more round.
// 2. An alarm stands behind each due round: losing memory delays messages, and loses none.
import { objectLog } from '../../../../src/context.ts'
import type { RunStore } from '../../rows/store.ts'
import { HEARTBEAT_MS, type Timers } from '../../rows/timers.ts'
import type { RunShell } from '../../run-shell.ts'
import { drainOutbox } from '../outbox.ts'

/** The delay of a round that was requested during another. */
const AGAIN_MS = 200

export class Reports {
  readonly #machine: RunShell
  readonly #timers: Timers
  readonly #onAllSent: () => void
  #inProgress = false
  #dueAt = Number.POSITIVE_INFINITY
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `onAllSent` is called when nothing is left to send. */
  constructor(machine: RunShell, timers: Timers, onAllSent: () => void) {
    this.#machine = machine
    this.#timers = timers
    this.#onAllSent = onAllSent
  }

  get isDue(): boolean {
    return this.#timer !== undefined
  }

  get isUnderWay(): boolean {
    return this.#inProgress || this.isDue
  }

  enqueue(kind: string, body: Parameters<RunStore['pushOutbox']>[1]): void {
    this.#machine.store.pushOutbox(kind, body, this.#machine.now())
    this.schedule(0)
  }

  /** A run that only waits, and has sent everything, is not woken without need. */
  sendPending(): void {
    if (this.#machine.store.readOutbox().length > 0) this.schedule(0)
    else this.#allSent()
  }

  schedule(delayMs: number): void {
    const at = this.#machine.now() + delayMs
    if (this.isDue && this.#dueAt <= at) return
    clearTimeout(this.#timer)
    this.#dueAt = at
    this.#timers.arm(at + HEARTBEAT_MS)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#sendAll()
    }, delayMs)
  }

  async #sendAll(): Promise<void> {
    const machine = this.#machine
    if (machine.run === null) return
    if (this.#inProgress) {
      this.schedule(AGAIN_MS)
      return
    }
    this.#inProgress = true
    try {
      const nextAt = await drainOutbox(machine)
      if (machine.run === null) return
      if (nextAt !== null) {
        this.#timers.arm(nextAt)
        const delayMs = nextAt - machine.now()
        if (delayMs < HEARTBEAT_MS) this.schedule(Math.max(0, delayMs))
      } else this.#allSent()
    } catch (error) {
      objectLog(machine.env).error('the outbox of a run could not be sent', {
        runId: machine.run?.spec.runId,
        error,
      })
    } finally {
      this.#inProgress = false
    }
  }

  #allSent(): void {
    if (this.#machine.run !== null && !this.isDue) this.#onAllSent()
  }

  /** Sends nothing more: the run is being unloaded. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
