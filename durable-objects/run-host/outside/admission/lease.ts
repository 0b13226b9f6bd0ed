// The lease of a host: how many runs of its team it may start without asking. Invariants:
// 1. A new run takes a seat, which is its part of the lease until the run is in the index. The batch that writes the run to the index also
//    makes the lease smaller by that part.
// 2. The host never holds more than its row in D1 says: it first lowers what it holds, then the row. It changes the row with one statement at
//    a time.
// 3. A lease is not used shortly before it expires. If this object is lost, its row expires.
// 4. No run is refused or waits in line while a host of the team has room to spare. A host that was asked for its room keeps no unused
//    slot, until it takes one again and no run is in line.
import { periodOf } from '../../../../src/core/clock.ts'
import { hostOf, isSharedHost } from '../../../../src/core/run-id.ts'
import type { Statement } from '../../../../src/db/statement.ts'
import type { Env } from '../../../../src/env.ts'
import {
  askToGiveBack,
  claimLease,
  deleteEarlierLeases,
  LEASE_MS,
  type Lease,
  type Reported,
  type RunReport,
  releaseLease,
  renewLease,
  type Share,
  wakeAdmitted,
} from '../../../../src/modules/runs/index.ts'
import type { StartRoom } from '../../../../src/objects/workflow-run.ts'
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
  /** Whether the host has runs from before this object was loaded, and so perhaps a lease. */
  hasEarlierRuns: boolean
  /** Whether the index may not know all runs from before this object was loaded. */
  hasEarlierUnreported: () => boolean
}

export class HostLease {
  readonly #context: LeaseContext
  readonly #id = crypto.randomUUID()
  readonly #seats = new LeaseSeats()
  /** The name of this object, from the id of a run. After an alarm the object does not know its own name. */
  #host = ''
  #teamId = ''
  #period = ''
  #expiresAt = Number.NEGATIVE_INFINITY
  #waiting: Waiter[] = []
  #isAsking = false
  /** Others of the team need what this host does not use. */
  #othersWait = false
  /** What the row in D1 says. Null after a change without an answer. */
  #row: Share | null = null
  /** There may be leases from before this object was loaded. */
  #hasEarlier: boolean
  #last: Promise<unknown> = Promise.resolve()

  constructor(context: LeaseContext) {
    this.#context = context
    this.#hasEarlier = context.hasEarlierRuns
  }

  /** Admits a new run. Makes no call while the lease has room. */
  admit(teamId: string, runId: string, room: StartRoom): Promise<Admission> | Admission {
    this.#host = hostOf(runId)
    this.#teamId = teamId
    if (this.#waiting.length === 0) {
      const admission = this.#reserve(runId, room)
      if (admission !== null) return admission
    }
    return new Promise((decide, fail) => {
      this.#waiting.push({ runId, room, decide, fail })
      if (!this.#isAsking) void this.#ask()
    })
  }

  /** After a start. */
  started(runId: string, how: { isThere: boolean; isAtWork: boolean }): void {
    this.#seats.started(runId, how)
    // If the run exists, its report gives the slot back.
    if (!how.isThere && this.#othersWait && this.#seats.spare.slots > 0)
      void this.giveBack(this.#teamId, this.#host).catch(() => undefined)
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
    const work = () => this.#report(reports, send)
    const reported = await (this.#hasRow() ? this.#inTurn(work) : work())
    const [first] = reports
    if (first !== undefined)
      this.#askHolders(String(first.view.teamId), hostOf(String(first.view.id)), reported.holders)
    return reported
  }

  /** For runs in line. Does not wait for the answers, because the others may be waiting for this host. */
  #askHolders(teamId: string, own: string, holders: readonly string[]): void {
    if (holders.includes(own)) void this.giveBack(teamId, own).catch(() => undefined)
    const others = holders.filter((host) => host !== own)
    void askToGiveBack(this.#context.env.RUNS, teamId, others)
  }

  async #report(
    reports: readonly RunReport[],
    send: (keep: Statement | null) => Promise<Reported>,
  ): Promise<Reported> {
    const reporting = this.#seats.beginReport(reports)
    try {
      const now = this.#context.now()
      const kept = this.#keep(reporting, reports, now)
      if (kept !== null) this.#row = null
      const reported = await send(kept && renewLease(this.#id, kept, now))
      if (kept !== null) this.#row = kept
      if (reported.isLeaseKept) this.#expiresAt = now + LEASE_MS
      else if (reported.isLeaseKept === false) this.#seats.dropSpare()
      this.#seats.reported(reporting)
      return reported
    } finally {
      for (const { seat } of reporting) seat.isBeingReported = false
    }
  }

  /** What these reports leave of the lease. Null if nothing changes. */
  #keep(reporting: readonly ReportedSeat[], reports: readonly RunReport[], now: number): Share | null {
    if (!this.#hasRow()) return null
    // A host of a single run starts no other run.
    const isShared = isSharedHost(this.#host)
    const isInLine = reports.some(({ view }) => (view.lineSince ?? null) !== null)
    // A run in line gets a slot before runs that may come later.
    const keepsUnused = isShared && !isInLine && !this.#othersWait
    const isGivenBack = !keepsUnused && this.#seats.dropUnused(reporting, isShared)
    const used = {
      slots: reporting.filter(({ seat, isAtWork }) => seat.hasSlot && isAtWork).length,
      runs: reporting.filter(({ seat }) => seat.hasRun).length,
    }
    const isChanged = isGivenBack || used.slots + used.runs > 0
    if (!isChanged && this.#expiresAt - now > RENEW_MS) return null
    const { slots, runs } = this.#seats.held()
    return { slots: slots - used.slots, runs: runs - used.runs }
  }

  /** A host of the team has no room left, or a run in line. */
  async giveBack(teamId: string, host: string): Promise<void> {
    await this.#inTurn(async () => {
      this.#othersWait = true
      await this.#dropEarlier(teamId, host)
      await this.#releaseSpare({ id: this.#id, teamId, host, period: this.#period })
    })
  }

  /** The index has taken reports. Runs from before this object was loaded may have been the last that need an earlier lease. */
  async afterReports(teamId: string, host: string): Promise<void> {
    if (this.#hasEarlier && isSharedHost(host)) await this.#inTurn(() => this.#dropEarlier(teamId, host))
  }

  /** Runs that were admitted by an earlier lease and are not in the index yet still need it. */
  async #dropEarlier(teamId: string, host: string): Promise<void> {
    const { env, now, hasEarlierUnreported } = this.#context
    if (!this.#hasEarlier || hasEarlierUnreported()) return
    const admitted = await deleteEarlierLeases(env.DB, { id: this.#id, teamId, host }, now())
    this.#hasEarlier = false
    void wakeAdmitted(env.RUNS, admitted)
  }

  async #releaseSpare(lease: Lease): Promise<void> {
    if (!this.#hasRow()) return
    const { env, now } = this.#context
    this.#seats.dropSpare()
    const held = this.#seats.held()
    if (this.#row?.slots === held.slots && this.#row.runs === held.runs) return
    this.#row = null
    const admitted = await releaseLease(env.DB, lease, held, now())
    this.#row = held
    void wakeAdmitted(env.RUNS, admitted)
  }

  #reserve(runId: string, room: StartRoom): Admission | null {
    return this.#seats.reserve(runId, room, this.#isAlive())
  }

  async #ask(): Promise<void> {
    this.#isAsking = true
    try {
      while (this.#waiting.length > 0) {
        let asked = [...this.#waiting]
        const holders = await this.#take()
        this.#seatWaiting()
        if ((holders.length > 0 || this.#hasEarlier) && asked.some((one) => this.#waiting.includes(one))) {
          await Promise.all([
            askToGiveBack(this.#context.env.RUNS, this.#teamId, holders),
            this.#inTurn(() => this.#dropEarlier(this.#teamId, this.#host)),
          ])
          asked = [...this.#waiting]
          await this.#take()
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
  #take(): Promise<string[]> {
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
      const lease = { id: this.#id, teamId: this.#teamId, host: this.#host, period }
      this.#row = null
      const taken = await claimLease(env.DB, lease, { held, wanted, spare: isSharedHost(this.#host) }, at)
      if (taken === null) {
        this.#seats.dropSpare()
        return []
      }
      this.#expiresAt = at + LEASE_MS
      this.#row = { slots: taken.slots, runs: taken.runs }
      this.#othersWait = taken.hasLine
      this.#seats.isMonthOpen = taken.isMonthOpen
      this.#seats.setHeld(taken)
      return taken.holders
    })
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

  /** Whether D1 may still count the lease. It can be lowered and renewed until D1 has deleted it. */
  #hasRow(): boolean {
    return this.#context.now() < this.#expiresAt
  }

  /** Whether new runs may use the lease. */
  #isAlive(): boolean {
    return this.#context.now() < this.#expiresAt - MARGIN_MS
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
