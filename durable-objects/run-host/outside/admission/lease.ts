// The lease of a host: how many runs of its team it may start without asking. Invariants:
// 1. A new run takes a seat, which is its part of the lease until the run is in the index. The batch that writes the run to the index also
//    makes the lease smaller by that part.
// 2. The host never holds more than its row in D1 says: it first lowers what it holds, then the row. It changes the row with one statement at
//    a time.
// 3. A lease is not used shortly before it expires. If this object is lost, its row expires.
// 4. No run is refused while another host of the team has room to spare.
import { periodOf } from '../../../../src/core/clock.ts'
import { hostOf, isSharedHost } from '../../../../src/core/run-id.ts'
import type { Statement } from '../../../../src/db/statement.ts'
import type { Env } from '../../../../src/env.ts'
import {
  claimLease,
  LEASE_MS,
  type Reported,
  type RunReport,
  releaseLease,
  renewLease,
  wakeAdmitted,
} from '../../../../src/modules/runs/index.ts'
import type { RunHostRpc, StartRoom } from '../../../../src/objects/workflow-run.ts'
import { type Admission, LeaseSeats, type ReportedSeat } from './lease-seats.ts'

/** A report renews a lease that ends within this time. A lease that ends within `MARGIN_MS` is not used. */
const RENEW_MS = LEASE_MS / 2
const MARGIN_MS = 5_000

type Waiter = {
  runId: string
  room: StartRoom
  decide: (admission: Admission) => void
  fail: (error: unknown) => void
}

export type LeaseContext = {
  env: Env
  now: () => number
}

export class HostLease {
  readonly #context: LeaseContext
  readonly #id = crypto.randomUUID()
  readonly #seats = new LeaseSeats()
  /** The name of this object, from the id of a run. After an alarm the object does not know its own name. */
  #host = ''
  #period = ''
  #expiresAt = Number.NEGATIVE_INFINITY
  #waiting: Waiter[] = []
  #isAsking = false
  #last: Promise<unknown> = Promise.resolve()

  constructor(context: LeaseContext) {
    this.#context = context
  }

  /** Admits a new run. Makes no call while the lease has room. */
  admit(teamId: string, runId: string, room: StartRoom): Promise<Admission> | Admission {
    this.#host = hostOf(runId)
    if (this.#waiting.length === 0) {
      const admission = this.#reserve(runId, room)
      if (admission !== null) return admission
    }
    return new Promise((decide, fail) => {
      this.#waiting.push({ runId, room, decide, fail })
      if (!this.#isAsking) void this.#ask(teamId)
    })
  }

  /** After a start. */
  started(runId: string, how: { isThere: boolean; isAtWork: boolean }): void {
    this.#seats.started(runId, how)
  }

  /** The run was deleted or cannot be read. */
  forget(runId: string): void {
    this.#seats.forget(runId)
  }

  /** Sends reports together with the new size of the lease. */
  async report(
    reports: readonly RunReport[],
    send: (keep: Statement | null) => Promise<Reported>,
  ): Promise<Reported> {
    return this.#isAlive() ? this.#inTurn(() => this.#report(reports, send)) : this.#report(reports, send)
  }

  async #report(
    reports: readonly RunReport[],
    send: (keep: Statement | null) => Promise<Reported>,
  ): Promise<Reported> {
    const reporting = this.#seats.beginReport(reports)
    try {
      const now = this.#context.now()
      const reported = await send(this.#keep(reporting, reports, now))
      if (reported.isLeaseKept) this.#expiresAt = now + LEASE_MS
      else if (reported.isLeaseKept === false) this.#seats.dropSpare()
      this.#seats.reported(reporting)
      return reported
    } finally {
      for (const { seat } of reporting) seat.isBeingReported = false
    }
  }

  /** The statement that sets the lease to what these reports leave of it. Null if nothing changes. */
  #keep(reporting: readonly ReportedSeat[], reports: readonly RunReport[], now: number): Statement | null {
    if (!this.#isAlive()) return null
    // A host of a single run starts no other run.
    const isShared = isSharedHost(this.#host)
    const isInLine = reports.some(({ view }) => (view.lineSince ?? null) !== null)
    const isGivenBack = (isInLine || !isShared) && this.#seats.spare.slots + this.#seats.spare.runs > 0
    // A run in line gets a slot before runs that may come later.
    if (isGivenBack) this.#seats.spare = { slots: 0, runs: isShared ? this.#seats.spare.runs : 0 }
    const used = {
      slots: reporting.filter(({ seat, isAtWork }) => seat.hasSlot && isAtWork).length,
      runs: reporting.filter(({ seat }) => seat.hasRun).length,
    }
    const isChanged = isGivenBack || used.slots + used.runs > 0
    if (!isChanged && this.#expiresAt - now > RENEW_MS) return null
    const { slots, runs } = this.#seats.held()
    return renewLease(this.#id, { slots: slots - used.slots, runs: runs - used.runs }, now)
  }

  /** Called by another host that has no room left. */
  async giveBack(teamId: string): Promise<void> {
    if (!this.#isAlive()) return
    await this.#inTurn(async () => {
      this.#seats.dropSpare()
      const { env, now } = this.#context
      const lease = { id: this.#id, teamId, host: this.#host, period: this.#period }
      void wakeAdmitted(env.RUNS, await releaseLease(env.DB, lease, this.#seats.held(), now()))
    })
  }

  #reserve(runId: string, room: StartRoom): Admission | null {
    return this.#seats.reserve(runId, room, this.#isAlive())
  }

  async #ask(teamId: string): Promise<void> {
    this.#isAsking = true
    try {
      while (this.#waiting.length > 0) {
        let asked = [...this.#waiting]
        const holders = await this.#take(teamId)
        this.#seatWaiting()
        if (holders.length > 0 && asked.some((one) => this.#waiting.includes(one))) {
          await this.#borrow(teamId, holders)
          asked = [...this.#waiting]
          await this.#take(teamId)
          this.#seatWaiting()
        }
        this.#refuse(asked)
      }
    } catch (error) {
      for (const { fail } of this.#waiting.splice(0)) fail(error)
    } finally {
      this.#isAsking = false
    }
  }

  /** Enlarges the lease. Returns the other hosts that hold something. */
  #take(teamId: string): Promise<string[]> {
    return this.#inTurn(async () => {
      const { env, now } = this.#context
      if (!this.#isAlive()) this.#seats.dropSpare()
      const period = periodOf(now())
      if (period !== this.#period) this.#seats.spare.runs = 0
      this.#period = period
      const at = now()
      const held = this.#seats.held()
      const runIds = new Set(this.#waiting.map(({ runId }) => runId))
      const atWork = new Set(this.#waiting.flatMap(({ runId, room }) => (room === 'month' ? [] : runId)))
      const wanted = {
        slots: Math.max(0, atWork.size - this.#seats.spare.slots),
        runs: Math.max(0, runIds.size - this.#seats.spare.runs),
      }
      const lease = { id: this.#id, teamId, host: this.#host, period }
      const taken = await claimLease(env.DB, lease, { held, wanted, spare: isSharedHost(this.#host) }, at)
      if (taken === null) {
        this.#seats.dropSpare()
        return []
      }
      this.#expiresAt = at + LEASE_MS
      this.#seats.isMonthOpen = taken.isMonthOpen
      this.#seats.setHeld(taken)
      return taken.holders
    })
  }

  async #borrow(teamId: string, holders: readonly string[]): Promise<void> {
    const { RUNS } = this.#context.env
    const others = holders.map((host) => RUNS.get(RUNS.idFromName(host)) as unknown as RunHostRpc)
    await Promise.allSettled(others.map((other) => other.giveBack(teamId)))
  }

  #seatWaiting(): void {
    this.#waiting = this.#waiting.filter(({ runId, room, decide }) => {
      const admission = this.#reserve(runId, room)
      if (admission !== null) decide(admission)
      return admission === null
    })
  }

  /** Refuses those that got nothing. Starts that came meanwhile are handled in the next round. */
  #refuse(asked: readonly Waiter[]): void {
    const left = new Set(asked.filter((one) => this.#waiting.includes(one)))
    this.#waiting = this.#waiting.filter((one) => !left.has(one))
    for (const { runId, room, decide } of left) {
      if (!this.#seats.isMonthOpen && this.#seats.spare.runs < 1) decide('no_runs')
      else if (room === 'line') {
        this.#seats.seat(runId, false)
        decide('line')
      } else decide('no_slot')
    }
  }

  #isAlive(): boolean {
    return this.#context.now() < this.#expiresAt - MARGIN_MS
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
