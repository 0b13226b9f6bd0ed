// The runs of a host that are in memory. Invariants:
// 1. A run is loaded when it is called or its time has come, one run at a time, so that one run cannot keep the
//    others from being loaded. A load that may crash the process is written to disk first (`life/crashes.ts`).
// 2. A run leaves memory when it has no work in progress: immediately if it has ended and is reported, else after
//    some time.
// 3. A run whose turn has failed leaves memory, and is loaded again as it was last stored. The other runs are not
//    affected.
import { hasEnded } from '../../src/engine/model/state.ts'
import type { Env } from '../../src/env.ts'
import { HostedRun } from './hosted-run.ts'
import { isCutOff, openCrashes, WAKING } from './life/crashes.ts'
import type { RunPlace } from './place.ts'
import type { Due } from './rows/due.ts'
import { thisProcess, withFaults } from './rows/faults.ts'
import { openStore } from './rows/store.ts'
import type { HostTables } from './rows/tables.ts'

/** How long an idle run stays in memory after the last call. */
const UNLOAD_AFTER_MS = 10_000
/** How often the host looks for idle runs. It does so during calls, because a timer would keep an idle host awake. */
const UNLOAD_CHECK_MS = 1_000
/** The delay before a run whose turn has failed is loaded again. */
export const RELOAD_MS = 1_000

/** What the host provides for its runs. */
export type LoadedRunsContext = {
  env: Env
  state: DurableObjectState
  tables: HostTables
  due: Due
  now: () => number
  wantReport: () => void
  remove: (runId: string, forGood: boolean) => Promise<void>
}

type Own = Pick<RunPlace, 'runId' | 'store' | 'wasIdle' | 'isLossKnown' | 'crashes'>

export class LoadedRuns {
  readonly #context: LoadedRunsContext
  readonly #open = new Map<string, HostedRun>()
  /** Runs that were unloaded while idle, since the process started. */
  readonly #unloadedIdle = new Set<number>()
  /** Runs whose turn has failed, until they are loaded again. */
  readonly #dropped = new Set<number>()
  /** It is known which run made the previous object fail, so the others did not cause it. */
  readonly #isLossKnown: boolean
  #unloadCheckedAt = 0
  /** Calls that tests can make fail. */
  readonly #steps: {
    commit: <T>(work: () => T) => T
    load: (run: HostedRun) => void
    reload: (place: RunPlace) => void
  }

  constructor(context: LoadedRunsContext) {
    const { state, tables } = context
    this.#context = context
    this.#isLossKnown = isCutOff(state.id.toString()) || tables.crashes.isLeftBy(thisProcess())
    this.#steps = withFaults(
      'host',
      {
        commit: (work) => state.storage.transactionSync(work),
        load: (run) => run.load(),
        reload: (place) => this.#drop(place),
      },
      state,
    )
  }

  has(runId: string): boolean {
    return this.#open.has(runId)
  }

  find(runId: string): HostedRun | undefined {
    return this.#open.get(runId)
  }

  /** As `open`. If the load may crash the process, it is written to disk first. */
  async load(runId: string): Promise<HostedRun> {
    await this.markLoads([runId])
    return this.open(runId)
  }

  /**
   * Writes to disk which runs are about to be loaded. A run that has crashed before is written alone, right before
   * its load.
   */
  async markLoads(runIds: readonly string[]): Promise<void> {
    const { tables, state } = this.#context
    let isWritten = false
    for (const runId of runIds) {
      if (this.#open.has(runId)) continue
      const entry = tables.findRun(runId)
      // A run in one row has ended.
      if (entry?.state !== 'kept' || entry.body !== null || this.#unloadedIdle.has(entry.n)) continue
      if (!tables.isAwaited(entry.n)) continue
      const known = tables.crashes.find(entry.n)
      if (runIds.length > 1 && known.length > 0) continue
      const { count = 0, trying = null } = known.find(({ at }) => at === WAKING) ?? {}
      const isLost = trying !== null && trying !== thisProcess()
      const waking = { at: WAKING, count: isLost ? count + 1 : count, trying: thisProcess() }
      tables.crashes.write(entry.n, waking)
      isWritten = true
    }
    if (isWritten) await state.storage.sync()
  }

  /** Returns the run, loaded if it is stored. */
  open(runId: string): HostedRun {
    const known = this.#open.get(runId)
    if (known !== undefined) return known
    const { tables, state, remove } = this.#context
    const entry = tables.findRun(runId)
    const isKept = entry?.state === 'kept'
    const n = entry?.n ?? tables.nextRun()
    const wasIdle = this.#unloadedIdle.delete(n)
    const store = openStore(tables, n, runId, isKept ? entry : null)
    const isLossKnown = this.#dropped.delete(n) || this.#isLossKnown
    const crashes = openCrashes(tables.crashes, n, runId, state.id.toString(), isKept)
    const place = this.#placeOf(n, { runId, store, wasIdle, isLossKnown, crashes })
    const run = new HostedRun(n, place, {
      isRemoved: entry?.state === 'erasing' || entry?.state === 'removed',
      remove: (forGood) => remove(runId, forGood),
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

  #placeOf(n: number, own: Own): RunPlace {
    const { env, state, due, now, wantReport } = this.#context
    const { runId } = own
    const place: RunPlace = {
      ...own,
      env,
      state,
      now,
      sockets: {
        getWebSockets: (tag?: string) => state.getWebSockets(tag ?? runId),
        getTags: (socket: WebSocket) => state.getTags(socket),
        acceptWebSocket: (socket: WebSocket, tags: string[] = []) =>
          state.acceptWebSocket(socket, [...tags, runId]),
        waitUntil: (promise: Promise<unknown>) => state.waitUntil(promise),
      },
      alarm: { set: (at) => due.set(n, at), remove: () => due.remove(n) },
      transaction: (work) => this.#transaction(work),
      sync: () => state.storage.sync(),
      drop: () => this.#steps.reload(place),
      abort: (reason) => state.abort(reason),
      wantReport,
    }
    return place
  }

  #transaction<T>(work: () => T): T {
    try {
      return this.#steps.commit(work)
    } catch (error) {
      this.#context.due.rolledBack()
      throw error
    }
  }

  #drop(place: RunPlace): void {
    const run = this.#open.get(place.runId)
    if (run === undefined || run.place !== place) return
    const { tables, due, now } = this.#context
    this.#open.delete(place.runId)
    this.#dropped.add(run.n)
    run.machine.forget()
    if (tables.idOf(run.n) !== null) due.set(run.n, now() + RELOAD_MS)
  }

  /** Takes a run that is being removed out of memory. Returns its number if it was in memory. */
  takeOut(runId: string): number | null {
    const run = this.#open.get(runId)
    const n = run?.n ?? this.#context.tables.findRun(runId)?.n
    this.#open.delete(runId)
    if (n !== undefined) {
      this.#unloadedIdle.delete(n)
      this.#dropped.delete(n)
    }
    return run?.n ?? null
  }

  /** Unloads a run that has ended and is in the index. It is read again when it is needed. */
  unloadEnded(runId: string): void {
    const run = this.#open.get(runId)
    if (run?.machine.run && hasEnded(run.machine.run.state)) this.#unload(run)
  }

  /** The run does not exist. */
  forgetEmpty(run: HostedRun): void {
    if (run.canUnload && this.#open.get(run.place.runId) === run) this.#open.delete(run.place.runId)
  }

  unloadIdle(): void {
    const now = this.#context.now()
    if (now - this.#unloadCheckedAt < UNLOAD_CHECK_MS) return
    this.#unloadCheckedAt = now
    for (const run of [...this.#open.values()]) if (run.touchedAt < now - UNLOAD_AFTER_MS) this.#unload(run)
  }

  #unload(run: HostedRun): void {
    if (!run.canUnload || this.#open.get(run.place.runId) !== run) return
    this.#open.delete(run.place.runId)
    const state = run.machine.run?.state
    if (state !== undefined && !hasEnded(state)) this.#unloadedIdle.add(run.n)
    run.machine.forget()
  }
}
