// Reports the runs of the host to the index in D1, many in one batch. Invariants:
// 1. A run with a pending report has a row in `unreported`, written in the turn that changed the run. The row is
//    deleted when the index has a report that is at least as new. So no change is lost, and no report is repeated
//    forever.
// 2. A report is sent at most `GROUP_MS` after the change. If the index does not answer, it is retried with growing
//    delays.
// 3. A run that cannot be reported does not delay the others.
import { objectLog } from '../../../../src/context.ts'
import { hostOf } from '../../../../src/core/run-id.ts'
import type { Env } from '../../../../src/env.ts'
import { applyRunReports, type Reported, type RunReport } from '../../../../src/modules/runs/index.ts'
import type { RunMachine } from '../../machine.ts'
import { withFaults } from '../../rows/faults.ts'
import type { HostTables, Unreported } from '../../rows/tables.ts'
import { HEARTBEAT_MS } from '../../rows/timers.ts'
import type { HostLease } from '../admission/lease.ts'
import { notifyOthers, reportOf, takeReported } from './run-report.ts'

const GROUP_MS = 50
const MAX_RUNS = 300
/** For one batch: D1 accepts 2 MB per parameter. */
const MAX_CHARS = 500_000

const BASE_DELAY_MS = 1_000
const MAX_DELAY_MS = 5 * 60_000

export type GroupContext = {
  env: Env
  /** Only for the fault hook of tests. */
  state: DurableObjectState
  tables: HostTables
  lease: HostLease
  now: () => number
  /** Called for runs that are about to be loaded. */
  markLoads: (runIds: string[]) => Promise<void>
  machineOf: (runId: string) => Promise<RunMachine>
  onReported: (runId: string) => void
  /** Calls `sendPending` at this time, even if the process is lost. */
  arm: (at: number) => void
}

type Ready = Unreported & { machine: RunMachine; report: RunReport }

export class GroupReports {
  readonly #context: GroupContext
  /** Calls that tests can make fail. */
  readonly #index: {
    report: (reports: RunReport[]) => Promise<Reported>
    takeReports: (work: () => void) => void
  }
  #timer: ReturnType<typeof setTimeout> | undefined
  #inProgress = false

  constructor(context: GroupContext) {
    this.#context = context
    this.#index = withFaults(
      'host',
      {
        report: (reports) =>
          context.lease.report(reports, (keep) => applyRunReports(context.env.DB, reports, keep)),
        takeReports: (work) => work(),
      },
      context.state,
    )
  }

  /** A run has changed. Part of its turn. */
  want(): void {
    this.#schedule(GROUP_MS)
  }

  #schedule(delayMs: number): void {
    if (this.#timer !== undefined || this.#inProgress) return
    this.#context.arm(this.#context.now() + delayMs + HEARTBEAT_MS)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#send()
    }, delayMs)
  }

  sendPending(): void {
    const { tables, now } = this.#context
    const at = tables.nextReportAt()
    if (at !== null) this.#schedule(Math.min(HEARTBEAT_MS, Math.max(0, at - now())))
  }

  async #send(): Promise<void> {
    this.#inProgress = true
    try {
      const { tables, now } = this.#context
      for (;;) {
        const rows = tables.readUnreported(now(), MAX_RUNS)
        if (rows.length === 0) break
        await this.#context.markLoads(rows.map(({ id }) => id))
        for (const group of await this.#groupsOf(rows)) await this.#report(group)
      }
    } catch (error) {
      objectLog(this.#context.env).error('runs could not be reported', { error })
    } finally {
      this.#inProgress = false
      this.sendPending()
    }
  }

  async #groupsOf(rows: Unreported[]): Promise<Ready[][]> {
    const groups: Ready[][] = [[]]
    let chars = 0
    for (const row of rows) {
      const ready = await this.#ready(row)
      if (ready === null) continue
      const size = JSON.stringify(ready.report).length
      if (chars + size > MAX_CHARS && chars > 0) {
        groups.push([])
        chars = 0
      }
      chars += size
      groups.at(-1)?.push(ready)
    }
    return groups.filter((group) => group.length > 0)
  }

  /** Null if it cannot be reported now. */
  async #ready(row: Unreported): Promise<Ready | null> {
    try {
      const machine = await this.#context.machineOf(row.id)
      if (machine.unreadable !== null) {
        // It reports itself when it can be read again.
        this.#context.tables.removeUnreported([row])
        this.#context.lease.forget(row.id)
        return null
      }
      return { ...row, machine, report: reportOf(machine) }
    } catch (error) {
      objectLog(this.#context.env).error('a run could not be reported', { runId: row.id, error })
      this.#delay(row)
      return null
    }
  }

  async #report(group: Ready[]): Promise<void> {
    const { env, tables, lease, onReported } = this.#context
    const teamId = String(group[0]?.report.view.teamId)
    try {
      const reported = await this.#index.report(group.map(({ report }) => report))
      this.#index.takeReports(() => {
        tables.removeUnreported(group)
        for (const { machine, id } of group) {
          takeReported(machine, reported)
          onReported(id)
        }
      })
      notifyOthers(env, teamId, reported)
      void lease.afterReports(teamId, hostOf(String(group[0]?.id))).catch(() => undefined)
    } catch (error) {
      objectLog(this.#context.env).error('the index refused a report', { runs: group.length, error })
      // One of them may be the cause.
      if (group.length > 1 && group.every(({ attempts }) => attempts > 0))
        for (const one of group) await this.#report([one])
      else for (const one of group) this.#delay(one)
    }
  }

  #delay({ n, attempts }: Unreported): void {
    const delayMs = Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** Math.min(attempts, 10))
    this.#context.tables.delayUnreported(n, this.#context.now() + delayMs)
  }
}
