// The lease of a host: how many runs of its team it may start without asking. Invariants:
// 1. A new run takes a seat, which is its part of the lease until the run is in the index. The batch that writes the run to the index also
//    makes the lease smaller by that part.
// 2. The host never holds more than its row in D1 says: it first lowers what it holds, then the row. It changes the row with one statement at
//    a time.
// 3. A lease is not used shortly before it expires. If this object is lost, its row expires.
// 4. No run is refused while another host of the team has room to spare.
import { periodOf } from '../../../src/core/clock.ts'
import { hostOf, isSharedHost } from '../../../src/core/run-id.ts'
import type { Statement } from '../../../src/db/statement.ts'
import type { Env } from '../../../src/env.ts'
import {
  giveBackLease,
  keepLease,
  LEASE_MS,
  type Reported,
  type RunReport,
  type Share,
  takeLease,
  tellLetIn,
} from '../../../src/modules/runs/index.ts'
import type { RunHostRpc, StartRoom } from '../../../src/objects/workflow-run.ts'

/** A report renews a lease that ends within this time. A lease that ends within `MARGIN_MS` is not used. */
const RENEW_MS = LEASE_MS / 2
const MARGIN_MS = 5_000

export type Admission = 'slot' | 'line' | 'no_slot' | 'no_runs'

/** The part of the lease that a new run has. */
type Seat = {
  hasSlot: boolean
  hasRun: boolean
  /** Its report is being sent, so the index may count it already. */
  isBeingTold: boolean
}
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
  readonly #seats = new Map<string, Seat>()
  /** The name of this object, from the id of a run. After an alarm the object does not know its own name. */
  #host = ''
  #spare: Share = { slots: 0, runs: 0 }
  #isMonthOpen = false
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
      const admission = this.#sit(runId, room)
      if (admission !== null) return admission
    }
    return new Promise((decide, fail) => {
      this.#waiting.push({ runId, room, decide, fail })
      if (!this.#isAsking) void this.#ask(teamId)
    })
  }

  /** After a start: frees what the run does not use. `isThere` says whether the run exists. */
  started(runId: string, { isThere, isAtWork }: { isThere: boolean; isAtWork: boolean }): void {
    const seat = this.#seats.get(runId)
    if (seat === undefined || seat.isBeingTold) return
    if (seat.hasSlot && !isAtWork) {
      seat.hasSlot = false
      this.#spare.slots++
    }
    if (isThere) return
    if (seat.hasRun) this.#spare.runs++
    this.#seats.delete(runId)
  }

  /** The run was deleted or cannot be read. The index already has what can be known of it. */
  forget(runId: string): void {
    this.#seats.delete(runId)
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
    const told = reports.flatMap(({ view }) => {
      const seat = this.#seats.get(String(view.id))
      return seat === undefined
        ? []
        : [{ runId: String(view.id), seat, isAtWork: (view.slot ?? null) !== null }]
    })
    for (const { seat } of told) seat.isBeingTold = true
    try {
      const now = this.#context.now()
      const reported = await send(this.#keep(told, reports, now))
      if (reported.isLeaseKept) this.#expiresAt = now + LEASE_MS
      else if (reported.isLeaseKept === false) this.#lose()
      for (const { runId, seat, isAtWork } of told) {
        // A run that is not working frees its slot.
        if (seat.hasSlot && !isAtWork) this.#spare.slots++
        this.#seats.delete(runId)
      }
      return reported
    } finally {
      for (const { seat } of told) seat.isBeingTold = false
    }
  }

  /** The statement that sets the lease to what these reports leave of it. Null if nothing changes. */
  #keep(
    told: readonly { seat: Seat; isAtWork: boolean }[],
    reports: readonly RunReport[],
    now: number,
  ): Statement | null {
    if (!this.#isAlive()) return null
    // A host of a single run starts no other run.
    const isShared = isSharedHost(this.#host)
    const isInLine = reports.some(({ view }) => (view.lineSince ?? null) !== null)
    const isGivenBack = (isInLine || !isShared) && this.#spare.slots + this.#spare.runs > 0
    // A run in line gets a slot before runs that may come later.
    if (isGivenBack) this.#spare = { slots: 0, runs: isShared ? this.#spare.runs : 0 }
    const used = {
      slots: told.filter(({ seat, isAtWork }) => seat.hasSlot && isAtWork).length,
      runs: told.filter(({ seat }) => seat.hasRun).length,
    }
    const isChanged = isGivenBack || used.slots + used.runs > 0
    if (!isChanged && this.#expiresAt - now > RENEW_MS) return null
    const { slots, runs } = this.#held()
    return keepLease(this.#id, { slots: slots - used.slots, runs: runs - used.runs }, now)
  }

  /** Called by another host that has no room left. */
  async giveBack(teamId: string): Promise<void> {
    if (!this.#isAlive()) return
    await this.#inTurn(async () => {
      this.#spare = { slots: 0, runs: 0 }
      const { env, now } = this.#context
      const lease = { id: this.#id, teamId, host: this.#host, period: this.#period }
      void tellLetIn(env.RUNS, await giveBackLease(env.DB, lease, this.#held(), now()))
    })
  }

  /** Null if the lease has no room for the run. */
  #sit(runId: string, room: StartRoom): Admission | null {
    // The same start came before, so the run has its seat already.
    const seat = this.#seats.get(runId)
    if (seat !== undefined) return seat.hasSlot || room === 'month' ? 'slot' : 'line'
    if (!this.#isAlive()) return null
    const { slots, runs } = this.#spare
    if (!this.#isMonthOpen && runs < 1) return null
    if (room !== 'month' && slots < 1) return null
    this.#seat(runId, room !== 'month')
    return 'slot'
  }

  #seat(runId: string, hasSlot: boolean): void {
    const hasRun = !this.#isMonthOpen
    if (hasSlot) this.#spare.slots--
    if (hasRun) this.#spare.runs--
    this.#seats.set(runId, { hasSlot, hasRun, isBeingTold: false })
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
      if (!this.#isAlive()) this.#lose()
      const period = periodOf(now())
      if (period !== this.#period) this.#spare.runs = 0
      this.#period = period
      const at = now()
      const held = this.#held()
      const runIds = new Set(this.#waiting.map(({ runId }) => runId))
      const atWork = new Set(this.#waiting.flatMap(({ runId, room }) => (room === 'month' ? [] : runId)))
      const wanted = {
        slots: Math.max(0, atWork.size - this.#spare.slots),
        runs: Math.max(0, runIds.size - this.#spare.runs),
      }
      const lease = { id: this.#id, teamId, host: this.#host, period }
      const taken = await takeLease(env.DB, lease, { held, wanted, spare: isSharedHost(this.#host) }, at)
      if (taken === null) {
        this.#lose()
        return []
      }
      this.#expiresAt = at + LEASE_MS
      this.#isMonthOpen = taken.isMonthOpen
      // Seats that were taken meanwhile came from the spare part, so the host holds as much as before.
      const seated = this.#seated()
      this.#spare = {
        slots: Math.max(0, taken.slots - seated.slots),
        runs: Math.max(0, taken.runs - seated.runs),
      }
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
      const admission = this.#sit(runId, room)
      if (admission !== null) decide(admission)
      return admission === null
    })
  }

  /** Refuses those that got nothing. Starts that came meanwhile are handled in the next round. */
  #refuse(asked: readonly Waiter[]): void {
    const left = new Set(asked.filter((one) => this.#waiting.includes(one)))
    this.#waiting = this.#waiting.filter((one) => !left.has(one))
    for (const { runId, room, decide } of left) {
      if (!this.#isMonthOpen && this.#spare.runs < 1) decide('no_runs')
      else if (room === 'line') {
        this.#seat(runId, false)
        decide('line')
      } else decide('no_slot')
    }
  }

  #seated(): Share {
    const seats = [...this.#seats.values()]
    return {
      slots: seats.filter(({ hasSlot }) => hasSlot).length,
      runs: seats.filter(({ hasRun }) => hasRun).length,
    }
  }

  #held(): Share {
    const { slots, runs } = this.#seated()
    return { slots: slots + this.#spare.slots, runs: runs + this.#spare.runs }
  }

  #isAlive(): boolean {
    return this.#context.now() < this.#expiresAt - MARGIN_MS
  }

  #lose(): void {
    this.#spare = { slots: 0, runs: 0 }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
