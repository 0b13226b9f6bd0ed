// Executes the turns of a run, and owns the parts that they need. Invariants:
// 1. Memory and tables agree: each turn writes its changes before any other code can read them.
// 2. An error before the last write of a turn rolls back the writes and unloads the run (`turn/writes.ts`).
// 3. Effects start, and followers get the events of a turn, after its last write.
// 4. Nothing here waits for an effect, for D1 or for another object, except detached work.
import { advance } from '../../src/engine/advance/index.ts'
import type { GateNeed } from '../../src/engine/gate.ts'
import type { Command } from '../../src/engine/model/command.ts'
import { hasEnded, newRun } from '../../src/engine/model/state.ts'
import type { Env } from '../../src/env.ts'
import type { RunSpec } from '../../src/objects/run-spec.ts'
import type { HttpAnswer, StartOptions } from '../../src/objects/workflow-run.ts'
import { FOLLOWERS, RELAYED, RunAlarm } from './life/alarm.ts'
import { type Crashes, keyOf } from './life/crashes.ts'
import { Detached } from './life/detached.ts'
import { followTurn, Progress, type TurnParts } from './life/follow-turn.ts'
import { LargeValues } from './life/large-values.ts'
import { effectDone, takeOutcome } from './life/outcomes.ts'
import { Steps } from './life/steps.ts'
import { type WokenShell, wake } from './life/wake.ts'
import { Reports } from './outside/reports/reports.ts'
import type { RunPlace } from './place.ts'
import { effectsOf } from './ports/run-effects.ts'
import { withFaults } from './rows/faults.ts'
import type { RunStore } from './rows/store.ts'
import { runTimers, type Timers } from './rows/timers.ts'
import { runValues } from './rows/values.ts'
import { type Followers, runFollowers } from './show/followers.ts'
import { runLive } from './show/live.ts'
import { type Relayed, runRelayed } from './show/relayed.ts'
import { Waiters } from './show/waiters.ts'
import type { EffectOutcome } from './turn/effects.ts'
import { noTurn, type TurnResult } from './turn/open-turn.ts'
import type { Core, ShellFact, TurnShell } from './turn/outcome.ts'
import { planOf } from './turn/prepared.ts'
import type { Run } from './turn/scope.ts'
import { runTurn } from './turn/turn.ts'
import { newWork } from './turn/work.ts'
import { Writes } from './turn/writes.ts'

export class RunMachine implements WokenShell {
  readonly env: Env
  readonly store: RunStore
  readonly live: ReturnType<typeof runLive>
  readonly followers: Followers
  readonly relayed: Relayed
  readonly crashes: Crashes
  readonly detached = new Detached()
  run: Run | null = null
  /** Why the stored run cannot be read. Such a run can only be removed. */
  unreadable: string | null = null
  /** The first answer of `flow.respond`. */
  answer: HttpAnswer | null = null
  lastGateNeed: GateNeed | null = null
  readonly #place: RunPlace
  readonly #core: Core
  readonly #timers: Timers
  readonly #effects: ReturnType<typeof effectsOf>
  readonly #reports: Reports
  readonly #alarm: RunAlarm
  readonly #steps: Steps
  readonly #writes: Writes
  readonly #waiters = new Waiters()
  readonly #largeValues = new LargeValues(this)
  readonly #progress = new Progress(this)
  readonly #parts: TurnParts

  constructor(place: RunPlace) {
    const { env, state, sockets } = place
    this.env = env
    this.#place = place
    this.crashes = place.crashes
    this.store = withFaults('store', place.store, state)
    this.#core = withFaults('core', { take: advance }, state)
    this.#timers = runTimers(withFaults('alarm', place.alarm, state), this.now)
    this.#writes = new Writes(place, this.crashes)
    this.#steps = new Steps(this)
    this.#reports = new Reports(this, this.#timers, () => this.#alarm.allSent())
    this.live = runLive({
      store: this.store,
      run: () => this.run,
      sockets: () => sockets.getWebSockets(),
    })
    const retryAt = (delayMs: number): void => this.setTimer(RELAYED, this.now() + delayMs)
    this.relayed = runRelayed({ env, store: this.store, live: this.live, run: () => this.run, retryAt })
    const wakeAt = (at: number): void => this.setTimer(FOLLOWERS, at)
    this.followers = runFollowers({ env, state: sockets, now: this.now, wakeAt })
    const outcomes = withFaults('effect', { take: (one: EffectOutcome) => effectDone(this, one) }, state)
    const effects = effectsOf(this, (outcome) => takeOutcome(this, this.crashes, outcomes.take, outcome))
    this.#effects = withFaults('effect', effects, state)
    const parts = {
      timers: this.#timers,
      crashes: this.crashes,
      detached: this.detached,
      steps: this.#steps,
      reports: this.#reports,
      relayed: this.relayed,
      followers: this.followers,
      effects: this.#effects,
      waiters: this.#waiters,
    }
    this.#alarm = new RunAlarm(this, parts)
    this.#parts = { ...parts, alarm: this.#alarm }
  }

  readonly now = (): number => this.#place.now()
  readonly isThere = (): boolean => this.run !== null
  readonly sync = (): Promise<void> => this.#place.sync()

  get wasIdle(): boolean {
    return this.#place.wasIdle
  }

  get isLossKnown(): boolean {
    return this.#place.isLossKnown
  }

  requireRun(): Run {
    if (this.run === null) throw new Error('The object holds no run')
    return this.run
  }

  get shell(): TurnShell {
    return {
      run: this.requireRun(),
      store: this.store,
      timers: this.#timers,
      core: this.#core,
      crashes: this.crashes,
      now: this.now,
    }
  }

  openRun(spec: RunSpec): Run {
    const plan = planOf(spec)
    const values = runValues(this.store, (chars) => {
      if (this.run !== null) this.run.chars += chars
    })
    const work = { work: newWork(), chars: 0, begun: new Map() }
    this.run = { plan, state: newRun(), spec, input: spec.input, values, ...work }
    return this.run
  }

  /** After an eviction or a crash: reads the rows into memory, then resumes outstanding work. */
  wake(onQueued: () => void): void {
    this.#alarm.woken()
    wake(this, onQueued)
  }

  resumeDeliveries(): void {
    this.#reports.sendPending()
    this.followers.arm()
    this.relayed.restore()
    this.#alarm.rearm()
  }

  /** The turns of a start. The run is stored with the last of them. */
  startWith(work: () => void): void {
    this.atomically(() => {
      work()
      this.store.settle(hasEnded(this.requireRun().state))
    })
  }

  atomically<T>(work: () => T): T {
    return this.#writes.together(work)
  }

  forCaller<T>(work: () => T): T {
    return this.crashes.forCaller(() => this.#writes.together(work))
  }

  afterWrites(work: () => void): void {
    this.#writes.afterwards(work)
  }

  feed(facts: readonly ShellFact[], commands: readonly Command[] = []): TurnResult {
    if (this.run === null) return noTurn()
    return this.atomically(() => this.#turn(facts, commands))
  }

  takeLarge(fact: ShellFact): void {
    void this.detached.do(() => this.#largeValues.take(fact))
  }

  largeValuesWritten(): Promise<void> {
    return this.#largeValues.written()
  }

  async beginRecorded(fact: ShellFact): Promise<void> {
    if (this.#steps.areIsolated) await this.#steps.begin(keyOf(fact))
  }

  async runRecorded(facts: readonly ShellFact[]): Promise<void> {
    const [first] = facts
    if (this.#steps.areIsolated && first !== undefined)
      await this.#steps.record(keyOf(first), () => this.feed(facts))
    else this.feed(facts)
  }

  #turn(facts: readonly ShellFact[], commands: readonly Command[]): TurnResult {
    const { paused } = this.requireRun().state.run
    const result = runTurn(this.shell, facts, commands, this.#steps.areIsolated)
    this.#steps.count()
    if (result.respond) this.answer ??= result.respond
    const isBehind = this.#progress.isBehind(result.publicEvents.at(-1)?.progress ?? 0)
    followTurn(this, this.#parts, result, { wasPaused: paused, isBehind })
    return result
  }

  isolateTurns(): void {
    this.#steps.isolateTurns()
  }

  feedLater(commands: readonly Command[]): void {
    this.#steps.later(commands, 0)
  }

  project(): void {
    this.#progress.wasReported()
    this.store.writeUnreported(this.now())
    this.#place.wantReport()
  }

  enqueue(kind: string, body: Parameters<RunStore['pushOutbox']>[1]): void {
    this.#reports.enqueue(kind, body)
  }

  scheduleDrain(delayMs: number): void {
    this.#reports.schedule(delayMs)
  }

  setTimer(key: string, at: number): void {
    this.#timers.set(key, at)
    this.#timers.arm(at)
  }

  /** Never throws. */
  alarm(onStart: () => void): Promise<void> {
    return this.#alarm.fire(onStart)
  }

  fireDue(onStart: () => void): Promise<void> {
    return this.#alarm.fireDue(onStart)
  }

  waitUntil({ waitMs = 0, waitFor = 'end' }: StartOptions): Promise<void> {
    const isThere = () =>
      this.run === null || hasEnded(this.run.state) || (waitFor === 'respond' && this.answer !== null)
    return this.#waiters.until(isThere, waitMs)
  }

  /** Unloads the run, even with work in progress. The stored rows stay, unless the run is deleted. */
  forget(isDeleted = false): void {
    this.run = null
    this.unreadable = null
    this.#timers.clearAll()
    this.#reports.stop()
    this.#effects.cancelAll(isDeleted)
    this.#waiters.look()
    this.live.endFollowers()
    this.live.forget()
  }

  /** Whether an alarm is set for the run. */
  get isArmed(): boolean {
    return this.#timers.isArmed
  }

  /** No work is in progress that only memory knows of. */
  get canUnload(): boolean {
    const isIdle = this.#effects.size() === 0 && this.detached.isEmpty && !this.#reports.isUnderWay
    const isWatched = !this.live.isEmpty() || !this.followers.hasNoStreams() || !this.relayed.isEmpty()
    return isIdle && !isWatched && this.#waiters.isEmpty
  }
}
