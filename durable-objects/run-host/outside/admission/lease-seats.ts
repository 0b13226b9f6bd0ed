// Counts what a host has used of its lease: the seats of new runs, and the unused part. `lease.ts` keeps the row in
// D1 in step.
import type { RunReport, Share } from '../../../../src/modules/runs/index.ts'
import type { StartRoom } from '../../../../src/objects/workflow-run.ts'

export type Admission = 'slot' | 'line' | 'no_slot' | 'no_runs'

/** The part of the lease that a new run has. */
export type Seat = {
  hasSlot: boolean
  hasRun: boolean
  /** Its report is being sent, so the index may count it already. */
  isBeingReported: boolean
}

/** A seat whose run is in a report. */
export type ReportedSeat = { runId: string; seat: Seat; isAtWork: boolean }

/** A run that is not active frees its slot. */
const isIdle = ({ seat, isAtWork }: ReportedSeat): boolean => seat.hasSlot && !isAtWork

export class LeaseSeats {
  readonly #seats = new Map<string, Seat>()
  spare: Share = { slots: 0, runs: 0 }
  /** The plan counts no runs of the month. */
  isMonthOpen = false

  /** Null if there is no room for the run. `isAlive`: the lease may be used. */
  reserve(runId: string, room: StartRoom, isAlive: boolean): Admission | null {
    // The same start came before, so the run has its seat already.
    const seat = this.#seats.get(runId)
    if (seat !== undefined) return seat.hasSlot || room === 'month' ? 'slot' : 'line'
    if (!isAlive) return null
    if (!this.isMonthOpen && this.spare.runs < 1) return null
    if (room !== 'month' && this.spare.slots < 1) return null
    this.seat(runId, room !== 'month')
    return 'slot'
  }

  seat(runId: string, hasSlot: boolean): void {
    const hasRun = !this.isMonthOpen
    if (hasSlot) this.spare.slots--
    if (hasRun) this.spare.runs--
    this.#seats.set(runId, { hasSlot, hasRun, isBeingReported: false })
  }

  /** After a start: frees what the run does not use. `isThere` says whether the run exists. */
  started(runId: string, { isThere, isAtWork }: { isThere: boolean; isAtWork: boolean }): void {
    const seat = this.#seats.get(runId)
    if (seat === undefined || seat.isBeingReported) return
    if (seat.hasSlot && !isAtWork) {
      seat.hasSlot = false
      this.spare.slots++
    }
    if (isThere) return
    if (seat.hasRun) this.spare.runs++
    this.#seats.delete(runId)
  }

  /** The run was deleted or cannot be read. The index already has what can be known of it. */
  forget(runId: string): void {
    this.#seats.delete(runId)
  }

  /** Seats of the runs in these reports, until `reported` says that the index has them. */
  beginReport(reports: readonly RunReport[]): ReportedSeat[] {
    const reported = reports.flatMap(({ view }) => {
      const seat = this.#seats.get(String(view.id))
      return seat === undefined
        ? []
        : [{ runId: String(view.id), seat, isAtWork: (view.slot ?? null) !== null }]
    })
    for (const { seat } of reported) seat.isBeingReported = true
    return reported
  }

  /** Leaves only the slots that new runs and the active runs of these reports use. Returns whether there were others. */
  dropUnused(reporting: readonly ReportedSeat[], keepsRuns: boolean): boolean {
    const idle = reporting.filter(isIdle)
    for (const { seat } of idle) seat.hasSlot = false
    const { slots, runs } = this.spare
    this.spare = { slots: 0, runs: keepsRuns ? runs : 0 }
    return idle.length + slots > 0 || runs !== this.spare.runs
  }

  reported(reported: readonly ReportedSeat[]): void {
    for (const one of reported) {
      if (isIdle(one)) this.spare.slots++
      this.#seats.delete(one.runId)
    }
  }

  /**
   * Sets the lease to the row in D1. Seats taken in the meantime came from the unused part, so the host holds as much
   * as before.
   */
  setHeld({ slots, runs }: Share): void {
    const seated = this.#seated()
    this.spare = { slots: Math.max(0, slots - seated.slots), runs: Math.max(0, runs - seated.runs) }
  }

  dropSpare(): void {
    this.spare = { slots: 0, runs: 0 }
  }

  held(): Share {
    const { slots, runs } = this.#seated()
    return { slots: slots + this.spare.slots, runs: runs + this.spare.runs }
  }

  #seated(): Share {
    const seats = [...this.#seats.values()]
    return {
      slots: seats.filter(({ hasSlot }) => hasSlot).length,
      runs: seats.filter(({ hasRun }) => hasRun).length,
    }
  }
}
