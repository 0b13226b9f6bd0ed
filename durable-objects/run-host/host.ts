// What the runs of one host share: admission of new runs, one alarm, one lease, grouped reports. `loaded-runs.ts`
// knows which runs are in memory. Invariants:
// 1. All runs of a host belong to one team. A start for another team is refused, and goes to a host of its own.
// 2. A failure of one run affects neither the alarm nor the reports of the others.
import { objectLog } from '../../src/context.ts'
import { hostOf, isSharedHost } from '../../src/core/run-id.ts'
import { yieldToEventLoop } from '../../src/core/yield.ts'
import type { Env } from '../../src/env.ts'
import type { RunSpec } from '../../src/objects/run-spec.ts'
import type { RunCall, StartAnswer, StartOptions } from '../../src/objects/workflow-run.ts'
import type { HostedRun } from './hosted-run.ts'
import { Removal } from './life/removal.ts'
import { LoadedRuns, RELOAD_MS } from './loaded-runs.ts'
import { HostLease } from './outside/admission/lease.ts'
import { localFirst } from './outside/local-first.ts'
import { GroupReports } from './outside/reports/group-reports.ts'
import { type Due, openDue } from './rows/due.ts'
import { withFaults } from './rows/faults.ts'
import { isFull } from './rows/size.ts'
import { type HostTables, openTables } from './rows/tables.ts'

/** How many runs one alarm handles. If more are due, the next alarm follows immediately. */
const RUNS_AT_ONCE = 64

export class Host {
  readonly #env: Env
  readonly #state: DurableObjectState
  readonly #tables: HostTables
  readonly #due: Due
  readonly #lease: HostLease
  readonly #reports: GroupReports
  readonly #runs: LoadedRuns
  readonly #removal: Removal

  constructor(state: DurableObjectState, given: Env) {
    this.#env = given
    this.#state = state
    const { now } = this
    const call = (runId: string, name: RunCall, args: unknown[]) => this.call(runId, name, args)
    const env = { ...given, RUNS: localFirst(given.RUNS, state.id, call) }
    const tables = openTables(state.storage.sql)
    this.#tables = tables
    const alarm = {
      setAlarm: (at: number) => state.storage.setAlarm(at),
      deleteAlarm: () => state.storage.deleteAlarm(),
    }
    const due = openDue(state.storage.sql, withFaults('hostAlarm', alarm, state), now)
    this.#due = due
    this.#removal = new Removal(tables, due)
    const newest = tables.newestRun()
    this.#lease = new HostLease({
      ...{ env, now },
      hasEarlierRuns: newest > 0,
      hasEarlierUnreported: () => tables.hasUnreported(newest),
    })
    this.#runs = new LoadedRuns({
      ...{ env, state, tables, due, now },
      wantReport: () => this.#reports.want(),
      remove: (runId, forGood) => this.#remove(runId, forGood),
    })
    this.#reports = new GroupReports({
      ...{ env, state, tables, now },
      lease: this.#lease,
      markLoads: (runIds) => this.#runs.markLoads(runIds),
      machineOf: async (runId) => (await this.#runs.load(runId)).machine,
      onReported: (runId) => this.#runs.unloadEnded(runId),
      arm: (at) => due.arm(at),
    })
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
    // If the host was lost while its alarm fired, no alarm is set.
    due.armForNext()
    this.#reports.sendPending()
    void this.#removal.finish()
  }

  readonly now = (): number => Date.now()

  async call(runId: string, name: RunCall, args: unknown[]): Promise<unknown> {
    if (name === 'start') return this.#start(runId, ...(args as [RunSpec, StartOptions?]))
    if (name === 'remove') return this.#ask(runId, (run) => run.remove(...(args as [{ forGood?: boolean }?])))
    return this.#ask(runId, ({ calls }) =>
      (calls[name] as (...args: unknown[]) => Promise<unknown>).apply(calls, args),
    )
  }

  answerRequest(runId: string, request: Request): Promise<Response> {
    return this.#ask(runId, ({ calls }) => calls.fetch(request))
  }

  /** Null if the run was removed. Its socket is about to close. */
  runOf(socket: WebSocket): HostedRun | null {
    const runId = this.#state.getTags(socket)[1]
    return runId === undefined ? null : this.#runs.open(runId)
  }

  giveBack(teamId: string, host: string): Promise<void> {
    return this.#lease.giveBack(teamId, host)
  }

  listRuns(after: number, limit: number): { n: number; id: string }[] {
    return this.#tables.findKept(after, limit)
  }

  /** One after the other, with other requests in between. */
  async removeRuns(runIds: readonly string[]): Promise<string[]> {
    const removed: string[] = []
    for (const runId of runIds) {
      try {
        await this.call(runId, 'remove', [])
        removed.push(runId)
      } catch (error) {
        objectLog(this.#env).warn('a run could not be removed', { runId, error })
      }
      await yieldToEventLoop()
    }
    return removed
  }

  async #start(runId: string, spec: RunSpec, options: StartOptions = {}): Promise<StartAnswer> {
    const refused = this.#refusal(runId, spec)
    if (refused !== null) return refused
    const start = (given: RunSpec) => this.#ask(runId, (run) => run.start(given, options))
    if (options.room === undefined || this.#isThere(runId)) return start(spec)
    const admission = await this.#lease.admit(spec.teamId, runId, options.room)
    if (admission === 'no_slot' || admission === 'no_runs') return { ok: false, reason: admission }
    try {
      return await start(admission === 'line' ? { ...spec, slot: 'line' } : spec)
    } finally {
      const isAtWork = this.#runs.find(runId)?.machine.run?.state.run.status === 'running'
      this.#lease.started(runId, { isThere: this.#isThere(runId), isAtWork })
    }
  }

  #isThere(runId: string): boolean {
    const machine = this.#runs.find(runId)?.machine
    return (machine?.run ?? null) !== null || this.#tables.findRun(runId) !== null
  }

  /** Null if the run may start here, or is here already. */
  #refusal(runId: string, { teamId, follows }: RunSpec): StartAnswer | null {
    const team = this.#tables.readSetting('team')
    if (team !== null && team !== teamId) return { ok: false, reason: 'elsewhere' }
    // A run that follows a run of this host already has its id, and space is reserved for it.
    const isTooLarge = follows === undefined && isSharedHost(hostOf(runId)) && isFull(this.#state.storage.sql)
    if (isTooLarge && !this.#runs.has(runId) && !this.#isThere(runId))
      return { ok: false, reason: 'elsewhere' }
    if (team === null) this.#tables.writeSetting('team', teamId)
    return null
  }

  async #ask<T>(runId: string, work: (run: HostedRun) => Promise<T>): Promise<T> {
    const run = this.#runs.find(runId) ?? (await this.#runs.load(runId))
    try {
      return await run.serve(() => work(run))
    } finally {
      this.#runs.unloadIdle()
      if (run.machine.run === null && run.machine.unreadable === null) this.#runs.forgetEmpty(run)
    }
  }

  async alarm(): Promise<void> {
    this.#due.fired()
    try {
      const due = this.#due.read(RUNS_AT_ONCE)
      await this.#runs.markLoads(due.map(({ id }) => id))
      for (const { id, n } of due) await this.#lookAt(id, n)
      this.#runs.unloadIdle()
      this.#reports.sendPending()
    } catch (error) {
      objectLog(this.#env).error('the alarm of a host failed', { error })
      this.#due.arm(this.now() + RELOAD_MS)
    }
    this.#due.armForNext()
  }

  async #lookAt(runId: string, n: number): Promise<void> {
    try {
      const run = this.#runs.find(runId) ?? (await this.#runs.load(runId))
      await run.alarm()
      // The run was handled. Its row goes, unless the run has written a new one.
      if (this.#runs.find(runId) === run && !run.machine.isArmed) this.#due.remove(n)
    } catch (error) {
      objectLog(this.#env).error('the alarm of a run failed', { runId, error })
    }
  }

  async #remove(runId: string, forGood: boolean): Promise<void> {
    const n = this.#runs.takeOut(runId)
    this.#lease.forget(runId)
    await this.#removal.remove(runId, n, forGood)
  }
}
