// A run in its host: created once, kept in memory while it is needed, removed. All other calls are in `run-calls.ts`.
// Invariants:
// 1. Concurrent starts of one run are one start. A run that was removed for good is not started again.
// 2. A run whose rows cannot be read sets no alarm, and can be removed.
import type { RunSpec } from '../../src/objects/run-spec.ts'
import type { StartAnswer, StartOptions } from '../../src/objects/workflow-run.ts'
import { armStart, create, type Refused } from './life/begin.ts'
import { RunMachine } from './machine.ts'
import { sendAuditEntries } from './outside/outbox.ts'
import type { RunPlace } from './place.ts'
import { RunCalls, readable } from './run-calls.ts'
import { takeFrame } from './show/connections.ts'
import { hideStored } from './show/redaction.ts'
import { viewRun } from './show/view.ts'

/** What the host does for a run. */
export type HostOfRun = {
  /** Its start key starts nothing again. */
  readonly isRemoved: boolean
  remove(forGood: boolean): Promise<void>
}

export class HostedRun {
  readonly n: number
  readonly place: RunPlace
  readonly calls: RunCalls
  /** The time of the last call. */
  touchedAt: number
  readonly #machine: RunMachine
  readonly #host: HostOfRun
  /** Concurrent starts share this promise while the first one asks the gate. */
  #starting: Promise<Refused | null> | null = null
  /** Calls in progress. Each may wait, and needs the run in memory afterwards. */
  #inProgress = 0

  constructor(n: number, place: RunPlace, host: HostOfRun) {
    this.n = n
    this.place = place
    this.touchedAt = place.now()
    this.#host = host
    this.#machine = new RunMachine(place)
    this.calls = new RunCalls(this.#machine)
  }

  get machine(): RunMachine {
    return this.#machine
  }

  /** Nothing is in progress that only memory knows of. */
  get canUnload(): boolean {
    return this.#inProgress === 0 && this.#starting === null && this.#machine.canUnload
  }

  /** Keeps the run in memory until the work is done. */
  async serve<T>(work: () => Promise<T>): Promise<T> {
    this.#inProgress++
    try {
      return await work()
    } finally {
      this.#inProgress--
      this.touchedAt = this.place.now()
    }
  }

  /** Loads the stored run. */
  load(): void {
    this.#machine.wake(() => armStart(this.#machine))
  }

  async alarm(): Promise<void> {
    await this.#machine.alarm(() => armStart(this.#machine))
  }

  async start(spec: RunSpec, options: StartOptions = {}): Promise<StartAnswer> {
    const machine = readable(this.#machine)
    if (this.#host.isRemoved) return { ok: false, reason: 'removed' }
    const created = machine.run === null && this.#starting === null
    if (created) this.#starting = create(machine, spec)
    try {
      const refused = await this.#starting
      if (refused !== null) return refused
    } finally {
      if (created) this.#starting = null
    }
    const run = machine.requireRun()
    if (!created && run.spec.requestHash !== spec.requestHash) return { ok: false, reason: 'mismatch' }
    await machine.waitUntil(options)
    const view = viewRun(run, machine.store, { nodes: true })
    // A waiting parent uses the output, so it gets the values without redaction.
    const shown = spec.parent?.wait ? view : hideStored(view, run)
    return { ok: true, created, run: shown, answer: machine.answer }
  }

  async remove({ forGood = false }: { forGood?: boolean } = {}): Promise<void> {
    // A run that was just deleted may not have reported yet. All others are known by their row.
    if (this.#machine.run !== null) await sendAuditEntries(this.#machine, forGood)
    this.#machine.forget(true)
    this.#machine.followers.endAll(1000, 'deleted')
    await this.#host.remove(forGood)
  }

  webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    takeFrame(this.#machine, socket, message)
  }

  webSocketError(socket: WebSocket): void {
    this.#machine.followers.closed(socket)
  }

  webSocketClose(socket: WebSocket, code: number): void {
    this.#machine.followers.closed(socket)
    socket.close(code === 1005 || code === 1006 ? 1000 : code)
  }
}
