// The runs of one host: which of them are in memory, and what they share. Invariants:
// 1. A run is loaded when somebody asks for it or its time has come, one at a time: what one run does cannot keep the others
//    from being loaded. A load that may take the process down is written down before (`life/crashes.ts`).
// 2. A run leaves memory when nothing of it is under way: at once when it has ended and was reported, else after a while.
// 3. All runs of a host belong to one team. A start for another team is refused, and goes to a host of its own.
// 4. A run whose turn has failed leaves memory and is loaded again as it was last stored; the others stay as they are.
import { setTimeout as pause } from 'node:timers/promises'
import { createLog } from '../../src/core/log.ts'
import { hostOf, isSharedHost } from '../../src/core/run-id.ts'
import { hasEnded } from '../../src/engine/model/state.ts'
import type { Env } from '../../src/env.ts'
import type {
  RunCall,
  RunHostNamespace,
  RunSpec,
  StartAnswer,
  StartOptions,
} from '../../src/objects/workflow-run.ts'
import { HostedRun } from './hosted-run.ts'
import { isCutOff, openCrashes, WAKING } from './life/crashes.ts'
import { GroupReports } from './outside/group-reports.ts'
import { HostLease } from './outside/lease.ts'
import type { RunPlace } from './place.ts'
import { type Due, openDue } from './rows/due.ts'
import { thisProcess, withFaults } from './rows/faults.ts'
import { isFull } from './rows/size.ts'
import { openStore } from './rows/store.ts'
import { type HostTables, openTables } from './rows/tables.ts'

/** How long a run that waits stays in memory after somebody asked for it. */
const REST_AFTER_MS = 10_000
/** How often the host looks for such runs, as calls come: a timer would keep an idle host awake. */
const LOOK_FOR_REST_MS = 1_000
/** A run whose turn has failed is loaded again this long after. */
const RELOAD_MS = 1_000
/** Runs that one alarm looks at; the next one comes at once. */
const RUNS_AT_ONCE = 64

export class Host {
  readonly #state: DurableObjectState
  readonly #env: Env
  readonly #tables: HostTables
  readonly #due: Due
  readonly #lease: HostLease
  readonly #reports: GroupReports
  readonly #open = new Map<string, HostedRun>()
  /** Runs that have left memory at rest since the process began. */
  readonly #rested = new Set<number>()
  /** Runs whose turn has failed, until they are loaded again. */
  readonly #dropped = new Set<number>()
  /** The object before this one was lost by a run that is known: the others are not to blame. */
  readonly #isLossKnown: boolean
  #lookedForRestAt = 0
  /** Parts that tests can make fail. */
  readonly #steps: {
    commit: <T>(work: () => T) => T
    load: (run: HostedRun) => void
    reload: (place: RunPlace) => void
  }

  constructor(state: DurableObjectState, env: Env) {
    this.#state = state
    this.#env = { ...env, RUNS: this.#localFirst(env.RUNS) }
    this.#tables = openTables(state.storage.sql)
    this.#isLossKnown = isCutOff(state.id.toString()) || this.#tables.crashes.isLeftBy(thisProcess())
    const { sql } = state.storage
    this.#steps = withFaults(
      'host',
      {
        commit: (work) => state.storage.transactionSync(work),
        load: (run) => run.load(),
        reload: (place) => this.#drop(place),
      },
      state,
    )
    const bell = {
      setAlarm: (at: number) => state.storage.setAlarm(at),
      deleteAlarm: () => state.storage.deleteAlarm(),
    }
    this.#due = openDue(sql, withFaults('bell', bell, state), this.now)
    this.#lease = new HostLease({ env: this.#env, now: this.now })
    this.#reports = new GroupReports({
      env: this.#env,
      state,
      tables: this.#tables,
      lease: this.#lease,
      now: this.now,
      markLoads: (runIds) => this.#markLoads(runIds),
      machineOf: async (runId) => (await this.#load(runId)).machine,
      onReported: (runId) => this.#restEnded(runId),
      ring: (at) => this.#due.ring(at),
    })
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
    // A host that was lost while its alarm fired has none.
    this.#due.ringForNext()
    this.#reports.sendWhatIsLeft()
    void this.#deleteRemoved()
  }

  readonly now = (): number => Date.now()

  async call(runId: string, name: RunCall, args: unknown[]): Promise<unknown> {
    if (name === 'start') return this.#start(runId, ...(args as [RunSpec, StartOptions?]))
    return this.#ask(runId, (run) => (run[name] as (...args: unknown[]) => Promise<unknown>).apply(run, args))
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
      const isAtWork = this.#open.get(runId)?.machine.run?.state.run.status === 'running'
      this.#lease.started(runId, { isThere: this.#isThere(runId), isAtWork })
    }
  }

  #isThere(runId: string): boolean {
    const machine = this.#open.get(runId)?.machine
    return (machine?.run ?? null) !== null || this.#tables.findRun(runId) !== null
  }

  giveBack(teamId: string): Promise<void> {
    return this.#lease.giveBack(teamId)
  }

  listRuns(after: number, limit: number): { n: number; id: string }[] {
    return this.#tables.findKept(after, limit)
  }

  answerRequest(runId: string, request: Request): Promise<Response> {
    return this.#ask(runId, (run) => run.fetch(request))
  }

  async #ask<T>(runId: string, work: (run: HostedRun) => Promise<T>): Promise<T> {
    const run = this.#open.get(runId) ?? (await this.#load(runId))
    try {
      return await run.serve(() => work(run))
    } finally {
      this.#lookForRest()
      if (run.machine.run === null && run.machine.unreadable === null) this.#forgetEmpty(run)
    }
  }

  /** Null where the run may begin here, or is here. */
  #refusal(runId: string, { teamId, follows }: RunSpec): StartAnswer | null {
    const team = this.#tables.readSetting('team')
    if (team !== null && team !== teamId) return { ok: false, reason: 'elsewhere' }
    // What follows a run of this host has its id already, and room is left for it.
    const isTooLarge = follows === undefined && isSharedHost(hostOf(runId)) && isFull(this.#state.storage.sql)
    if (isTooLarge && !this.#open.has(runId) && !this.#isThere(runId))
      return { ok: false, reason: 'elsewhere' }
    if (team === null) this.#tables.writeSetting('team', teamId)
    return null
  }

  /** As `open`, after the load was written to disk if it may crash the process. */
  async #load(runId: string): Promise<HostedRun> {
    await this.#markLoads([runId])
    return this.open(runId)
  }

  /** Writes down runs that are about to be loaded. A run that has crashed before is written down alone, right before its load. */
  async #markLoads(runIds: readonly string[]): Promise<void> {
    let isWritten = false
    for (const runId of runIds) {
      if (this.#open.has(runId)) continue
      const entry = this.#tables.findRun(runId)
      // A run in one row has ended.
      if (entry?.state !== 'kept' || entry.body !== null || this.#rested.has(entry.n)) continue
      if (!this.#tables.isAwaited(entry.n)) continue
      const known = this.#tables.crashes.find(entry.n)
      if (runIds.length > 1 && known.length > 0) continue
      const { count = 0, trying = null } = known.find(({ at }) => at === WAKING) ?? {}
      const isLost = trying !== null && trying !== thisProcess()
      const waking = { at: WAKING, count: isLost ? count + 1 : count, trying: thisProcess() }
      this.#tables.crashes.write(entry.n, waking)
      isWritten = true
    }
    if (isWritten) await this.#state.storage.sync()
  }

  /** The run, loaded if it is stored. */
  open(runId: string): HostedRun {
    const known = this.#open.get(runId)
    if (known !== undefined) return known
    const entry = this.#tables.findRun(runId)
    const isKept = entry?.state === 'kept'
    const n = entry?.n ?? this.#tables.nextRun()
    const wasAtRest = this.#rested.delete(n)
    const store = openStore(this.#tables, n, runId, isKept ? entry : null)
    const isLossKnown = this.#dropped.delete(n) || this.#isLossKnown
    const host = this.#state.id.toString()
    const crashes = openCrashes(this.#tables.crashes, n, runId, host, isKept)
    const place = this.#placeOf(n, { runId, store, wasAtRest, isLossKnown, crashes })
    const run: HostedRun = new HostedRun(n, place, {
      isRemoved: entry?.state === 'erasing' || entry?.state === 'removed',
      remove: (forGood) => this.#remove(runId, forGood),
    })
    this.#open.set(runId, run)
    if (!isKept) return run
    try {
      this.#steps.load(run)
    } catch (error) {
      if (this.#open.get(runId) === run) this.#open.delete(runId)
      run.machine.forget()
      throw error
    }
    return run
  }

  /** Null when the run has gone, and its socket is about to. */
  runOf(socket: WebSocket): HostedRun | null {
    const runId = this.#state.getTags(socket)[1]
    return runId === undefined ? null : this.open(runId)
  }

  #placeOf(n: number, own: Pick<RunPlace, 'runId' | 'store' | 'wasAtRest' | 'isLossKnown' | 'crashes'>) {
    const state = this.#state
    const { runId } = own
    const place: RunPlace = {
      ...own,
      env: this.#env,
      state,
      now: this.now,
      sockets: {
        getWebSockets: (tag?: string) => state.getWebSockets(tag ?? runId),
        getTags: (socket: WebSocket) => state.getTags(socket),
        acceptWebSocket: (socket: WebSocket, tags: string[] = []) =>
          state.acceptWebSocket(socket, [...tags, runId]),
        waitUntil: (promise: Promise<unknown>) => state.waitUntil(promise),
      },
      alarm: { set: (at) => this.#due.set(n, at), remove: () => this.#due.remove(n) },
      transaction: (work) => this.#transaction(work),
      sync: () => state.storage.sync(),
      drop: () => this.#steps.reload(place),
      abort: (reason) => state.abort(reason),
      wantReport: () => this.#reports.want(),
    }
    return place
  }

  #transaction<T>(work: () => T): T {
    try {
      return this.#steps.commit(work)
    } catch (error) {
      this.#due.rolledBack()
      throw error
    }
  }

  #drop(place: RunPlace): void {
    const run = this.#open.get(place.runId)
    if (run === undefined || run.place !== place) return
    this.#open.delete(place.runId)
    this.#dropped.add(run.n)
    run.machine.forget()
    if (this.#tables.idOf(run.n) !== null) this.#due.set(run.n, this.now() + RELOAD_MS)
  }

  async alarm(): Promise<void> {
    this.#due.fired()
    try {
      const due = this.#due.read(RUNS_AT_ONCE)
      await this.#markLoads(due.map(({ id }) => id))
      for (const { id, n } of due) await this.#lookAt(id, n)
      this.#lookForRest()
      this.#reports.sendWhatIsLeft()
    } catch (error) {
      createLog('error').error('the alarm of a host failed', { error })
      this.#due.ring(this.now() + RELOAD_MS)
    }
    this.#due.ringForNext()
  }

  async #lookAt(runId: string, n: number): Promise<void> {
    try {
      const run = this.#open.get(runId) ?? (await this.#load(runId))
      await run.alarm()
      // Its row has been seen to, unless it was written anew.
      if (this.#open.get(runId) === run && !run.machine.isArmed) this.#due.remove(n)
    } catch (error) {
      createLog('error').error('a run could not be looked at', { runId, error })
    }
  }

  async #remove(runId: string, forGood: boolean): Promise<void> {
    const run = this.#open.get(runId)
    const entry = this.#tables.findRun(runId)
    if (run !== undefined) this.#open.delete(runId)
    this.#lease.forget(runId)
    if (entry === null) {
      if (forGood && run !== undefined) this.#tables.insertRemoved(run.n, runId)
      return
    }
    if (entry.state === 'removed') return
    this.#tables.markRemoved(entry.n, forGood || entry.state === 'erasing')
    this.#rested.delete(entry.n)
    this.#dropped.delete(entry.n)
    await this.#deletePages(entry.n)
  }

  /** Work that an earlier process left undone. */
  async #deleteRemoved(): Promise<void> {
    for (let left = this.#tables.findRemoved(); left.length > 0; left = this.#tables.findRemoved())
      for (const n of left) await this.#deletePages(n)
  }

  async #deletePages(n: number): Promise<void> {
    while (this.#tables.deletePage(n)) await pause(0)
    this.#due.rest()
  }

  /** It has ended and the index knows it: it is read again when somebody asks. */
  #restEnded(runId: string): void {
    const run = this.#open.get(runId)
    if (run?.machine.run && hasEnded(run.machine.run.state)) this.#rest(run)
  }

  #rest(run: HostedRun): void {
    if (!run.isAtRest || this.#open.get(run.place.runId) !== run) return
    this.#open.delete(run.place.runId)
    const state = run.machine.run?.state
    if (state !== undefined && !hasEnded(state)) this.#rested.add(run.n)
    run.machine.forget()
  }

  /** There is no such run. */
  #forgetEmpty(run: HostedRun): void {
    if (run.isAtRest && this.#open.get(run.place.runId) === run) this.#open.delete(run.place.runId)
  }

  #lookForRest(): void {
    const now = this.now()
    if (now - this.#lookedForRestAt < LOOK_FOR_REST_MS) return
    this.#lookedForRestAt = now
    for (const run of [...this.#open.values()]) if (run.touchedAt < now - REST_AFTER_MS) this.#rest(run)
  }

  /** Runs of this host speak to each other without leaving it: an object must not wait for a call to itself. */
  #localFirst(runs: RunHostNamespace): RunHostNamespace {
    const own = this.#state.id
    const local = {
      call: async (runId: string, name: RunCall, args: unknown[]): Promise<unknown> => {
        await pause(0)
        return structuredClone(await this.call(runId, name, structuredClone(args)))
      },
    }
    const get = (id: DurableObjectId) => (id.equals(own) ? local : runs.get(id))
    return { idFromName: (name: string) => runs.idFromName(name), get } as unknown as RunHostNamespace
  }
}
