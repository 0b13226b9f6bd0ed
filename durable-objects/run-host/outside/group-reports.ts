// What the host tells the index in D1 of its runs, many in one batch. Invariants:
// 1. A run that is to be reported has a row in `unreported`, written in the turn that changed it. It goes when the index has
//    taken a report that is not older, so no change is lost and none is reported for ever.
// 2. A report comes at most `GROUP_MS` after its change, unless the index does not answer: then with growing delays.
// 3. A run that cannot be reported keeps no other from it.
import { createLog } from '../../../src/core/log.ts'
import type { Env } from '../../../src/env.ts'
import { projectRuns, type Reported, type RunReport } from '../../../src/modules/runs/index.ts'
import type { RunMachine } from '../machine.ts'
import { withFaults } from '../rows/faults.ts'
import type { HostTables, Unreported } from '../rows/tables.ts'
import { HEARTBEAT_MS } from '../rows/timers.ts'
import type { HostLease } from './lease.ts'
import { reportOf, takeReported, tellOthers } from './outbox.ts'

const GROUP_MS = 50
const MAX_RUNS = 300
/** Of one batch: what D1 takes as one parameter is 2 MB. */
const MAX_CHARS = 500_000

const BASE_DELAY_MS = 1_000
const MAX_DELAY_MS = 5 * 60_000

export type GroupContext = {
  env: Env
  /** For the fault hook of tests alone. */
  state: DurableObjectState
  tables: HostTables
  lease: HostLease
  now: () => number
  /** Of runs that are about to be loaded. */
  markLoads: (runIds: string[]) => Promise<void>
  machineOf: (runId: string) => Promise<RunMachine>
  onReported: (runId: string) => void
  /** Has `sendWhatIsLeft` called at this time, also when the process is lost. */
  ring: (at: number) => void
}

type Ready = Unreported & { machine: RunMachine; report: RunReport }

export class GroupReports {
  readonly #context: GroupContext
  /** The index, and what the host makes of its answer, as parts that the tests can make fail. */
  readonly #index: {
    report: (reports: RunReport[]) => Promise<Reported>
    takeReports: (work: () => void) => void
  }
  #timer: ReturnType<typeof setTimeout> | undefined
  #underWay = false

  constructor(context: GroupContext) {
    this.#context = context
    this.#index = withFaults(
      'host',
      {
        report: (reports) =>
          context.lease.report(reports, (keep) => projectRuns(context.env.DB, reports, keep)),
        takeReports: (work) => work(),
      },
      context.state,
    )
  }

  /** A run has changed: part of its turn. */
  want(): void {
    this.#schedule(GROUP_MS)
  }

  #schedule(delayMs: number): void {
    if (this.#timer !== undefined || this.#underWay) return
    this.#context.ring(this.#context.now() + delayMs + HEARTBEAT_MS)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#send()
    }, delayMs)
  }

  sendWhatIsLeft(): void {
    const { tables, now } = this.#context
    const at = tables.nextReportAt()
    if (at !== null) this.#schedule(Math.min(HEARTBEAT_MS, Math.max(0, at - now())))
  }

  async #send(): Promise<void> {
    this.#underWay = true
    try {
      const { tables, now } = this.#context
      for (;;) {
        const rows = tables.readUnreported(now(), MAX_RUNS)
        if (rows.length === 0) break
        await this.#context.markLoads(rows.map(({ id }) => id))
        for (const group of await this.#groupsOf(rows)) await this.#report(group)
      }
    } catch (error) {
      createLog('error').error('runs could not be reported', { error })
    } finally {
      this.#underWay = false
      this.sendWhatIsLeft()
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

  /** Null when it cannot be reported now. */
  async #ready(row: Unreported): Promise<Ready | null> {
    try {
      const machine = await this.#context.machineOf(row.id)
      if (machine.unreadable !== null) {
        // When it can be read again it reports by itself.
        this.#context.tables.removeUnreported([row])
        this.#context.lease.forget(row.id)
        return null
      }
      return { ...row, machine, report: reportOf(machine) }
    } catch (error) {
      createLog('error').error('a run could not be reported', { runId: row.id, error })
      this.#delay(row)
      return null
    }
  }

  async #report(group: Ready[]): Promise<void> {
    const { env, tables, onReported } = this.#context
    try {
      const reported = await this.#index.report(group.map(({ report }) => report))
      this.#index.takeReports(() => {
        tables.removeUnreported(group)
        for (const { machine, id } of group) {
          takeReported(machine, reported)
          onReported(id)
        }
      })
      tellOthers(env, String(group[0]?.report.view.teamId), reported)
    } catch (error) {
      createLog('error').error('the index took no report', { runs: group.length, error })
      // It may be one of them.
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
