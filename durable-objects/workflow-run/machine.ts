// What makes a run go: turns, and what follows from each. Invariants:
// 1. State in memory is what the tables hold: each turn writes what it changed before anything else can look.
// 2. What throws on the way to the last write of a turn aborts the object; it comes back as it was last written, and
//    what it dies of again and again is given up.
// 3. Nothing here waits for an effect, for D1 or for another object, except work that is detached, and a start that
//    holds its answer for a moment.
import { createLog } from '../../src/core/log.ts'
import { isStorageFailure } from '../../src/core/storage-failure.ts'
import { advance } from '../../src/engine/advance/index.ts'
import type { Command } from '../../src/engine/command.ts'
import type { GateWish } from '../../src/engine/gate.ts'
import { restore } from '../../src/engine/restore.ts'
import { hasEnded, newRun } from '../../src/engine/state.ts'
import type { Env } from '../../src/env.ts'
import type { HttpAnswer, RunSpec, StartOptions } from '../../src/objects/workflow-run.ts'
import { lookAtChild } from './child.ts'
import { followPause } from './children.ts'
import { type Deaths, ENDING, openDeaths, WAKING, type Work, workOf } from './deaths.ts'
import { type EffectOutcome, runEffects } from './effects.ts'
import { awaitsEvent, takeEarlier } from './event-waits.ts'
import { withFaults } from './faults.ts'
import { type Followers, runFollowers } from './followers.ts'
import { followGate } from './gate.ts'
import { runLive } from './live.ts'
import { PROJECT_DEBOUNCE_MS, writeFarewell } from './outbox.ts'
import { type Core, outcomeFact, type ShellFact, type TurnShell } from './outcome.ts'
import { buildPorts } from './ports.ts'
import { planOf } from './prepared.ts'
import { Reports } from './reports.ts'
import { newWork, type Run } from './scope.ts'
import { openStore, type RunStore } from './store.ts'
import { alarmOf, HEARTBEAT_MS, runTimers, type Timers } from './timers.ts'
import { MOST_PURE, noTurn, runTurn, type TurnResult } from './turn.ts'
import { runValues } from './values.ts'
import { Waiters } from './waiters.ts'
import { takeUp, type WokenShell } from './waking.ts'

const ALARM_RETRY_MS = 5_000
/** So late is no alarm by itself: its process may have been lost with it, again and again. */
const LATE_MS = 10_000
/** After a death so many turns do one thing each: as many as one turn may have had. */
const CAREFUL_TURNS = MOST_PURE * 2

/** The timer of whoever follows the run: theirs outlives its end. */
const FOLLOWERS = '$followers'

export class RunMachine implements WokenShell {
  readonly env: Env
  readonly store: RunStore
  readonly live: ReturnType<typeof runLive>
  readonly followers: Followers
  readonly deaths: Deaths
  run: Run | null = null
  /** Why the run that is stored here cannot be had. Nothing is done with it then, but to remove it. */
  unreadable: string | null = null
  /** What `flow.respond` said first. */
  answer: HttpAnswer | null = null
  gateKnows: GateWish | null = null
  readonly #state: DurableObjectState
  readonly #core: Core
  readonly #timers: Timers
  readonly #effects: ReturnType<typeof runEffects>
  readonly #reports: Reports
  readonly #waiters = new Waiters()
  /** Turns and questions to others that are under way. */
  #detached = 0
  #careful = 0
  #wokenAt = Number.NEGATIVE_INFINITY

  constructor(state: DurableObjectState, env: Env) {
    this.env = env
    this.#state = state
    this.store = withFaults('store', openStore(state.storage.sql), state)
    this.#core = withFaults('core', { take: advance }, state)
    this.deaths = openDeaths(this.store, state.id.toString())
    this.#timers = runTimers(withFaults('alarm', alarmOf(state.storage), state), this.now)
    this.#reports = new Reports(this, this.#timers, () => this.followers.arm())
    this.live = runLive({ store: this.store, run: () => this.run, sockets: () => state.getWebSockets() })
    const wakeAt = (at: number): void => this.setTimer(FOLLOWERS, at)
    this.followers = runFollowers({ env, state, now: this.now, wakeAt })
    const outcomes = withFaults('effect', { take: (one: EffectOutcome) => this.#effectDone(one) }, state)
    const effects = runEffects(
      (effect) =>
        buildPorts({
          env,
          run: this.requireRun(),
          store: this.store,
          effect,
          now: this.now,
          log: (level, message) => this.feed([{ fact: { type: 'log', level, message, path: effect.path } }]),
          progress: (data) =>
            this.feed([
              {
                fact: {
                  type: 'node.progress',
                  path: effect.path,
                  attempt: effect.attempt,
                  data: data as never,
                },
              },
            ]),
        }),
      (outcome) =>
        this.whole(
          () => outcomes.take(outcome),
          () => ({ key: `outcome ${outcome.path}`, gives: 'node', path: outcome.path }),
        ),
    )
    this.#effects = withFaults('effect', effects, state)
  }

  readonly now = (): number => Date.now()

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
      now: this.now,
    }
  }

  hold(spec: RunSpec): Run {
    const plan = planOf(spec.definitionHash, spec.definition)
    const values = runValues(this.store)
    this.run = { plan, state: newRun(), spec, input: spec.input, values, work: newWork() }
    return this.run
  }

  /** After an eviction or a crash: rows into memory, then what the state still asks for. */
  wake(onQueued: () => void): void {
    const isStored = this.store.exists()
    const hasDied = this.deaths.recall(isStored)
    if (!isStored) return
    this.#wokenAt = this.now()
    try {
      if (this.deaths.isGivenUp(ENDING)) throw new Error('It dies of being ended')
      const run = this.hold(this.store.readSpec())
      this.run = { ...run, state: restore(run.plan, this.store.readState()) }
    } catch (error) {
      // Nothing was written. Another release of ours may read it again, so the rows are left as they are.
      this.#giveNoSign(error)
      return
    }
    const { run } = this
    this.whole(
      () => {
        if (hasDied) this.deaths.write()
        if (this.deaths.some()) this.#careful = CAREFUL_TURNS
        if (!hasEnded(run.state)) takeUp(this, run, onQueued)
        // A run that has ended and dies of telling it: it stays readable, and tells no more.
        else if (this.deaths.isGivenUp(WAKING)) return
        this.#reports.tellWhatIsLeft()
        this.followers.arm()
        this.rearm()
      },
      () => WAKING,
    )
  }

  #giveNoSign(error: unknown): void {
    createLog('error').error('a run cannot be read', { runId: this.run?.spec?.runId, error })
    this.unreadable = error instanceof Error ? error.message : String(error)
    this.run = null
  }

  /** The turns of a start, whole. A run that ends in them is not watched by an alarm: `reportEnd` must follow. */
  startWith(work: () => void): void {
    this.#reports.isStarting = true
    this.whole(work, () => WAKING)
    this.#reports.isStarting = false
  }

  reportEnd(): Promise<void> {
    return this.#reports.endInTime()
  }

  /** Writes that belong together, and what memory says of them: an error takes the object with it, not half of them. */
  whole<T>(work: () => T, about: () => Work): T {
    const { turn } = this.deaths
    const outer = turn.about
    // A word is not taken when what follows from it dies: of the two, it is what can be left out.
    if (outer?.().gives !== 'word') turn.about = about
    try {
      const result = work()
      turn.about = outer
      return result
    } catch (error) {
      const isDisk = isStorageFailure(error)
      // A full disk kills any turn, so it says nothing about this one.
      if (isDisk) turn.about = outer
      createLog('error').error('a turn failed', { runId: this.run?.spec.runId, error })
      // Callers are told the reason of the abort, not what was thrown.
      this.#state.abort(isDisk ? String(error) : 'a turn failed')
      throw error
    }
  }

  /** One turn, then what follows from it. */
  feed(
    facts: readonly ShellFact[],
    commands: readonly Command[] = [],
    about: () => Work = () => workOf(facts, commands),
  ): TurnResult {
    if (this.refuses(about)) return noTurn()
    return this.whole(() => this.#turn(facts, commands), about)
  }

  refuses(about: () => Work): boolean {
    if (!this.deaths.some()) return false
    const work = about()
    return work.gives === 'word' && this.deaths.isGivenUp(work)
  }

  async venture(facts: readonly ShellFact[]): Promise<void> {
    if (this.#careful > 0) await this.#venture(() => this.feed(facts), workOf(facts, []))
    else this.feed(facts)
  }

  /** Written down before it is tried, since nothing tells of a process that was lost. */
  async #venture(work: () => void, about: Work): Promise<void> {
    this.whole(
      () => this.deaths.begin(about),
      () => about,
    )
    await this.#state.storage.sync()
    if (this.run !== null) work()
  }

  #turn(facts: readonly ShellFact[], commands: readonly Command[]): TurnResult {
    const { paused } = this.requireRun().state.run
    const result = runTurn(this.shell, facts, commands, this.#careful > 0)
    if (this.#careful > 0) this.#careful--
    if (this.deaths.some()) this.deaths.survived(this.deaths.turn.about?.() ?? WAKING)
    for (const { child } of result.cancels) {
      if (child !== undefined) this.tell('cancel_child', { runId: child })
    }
    if (result.ended) writeFarewell(this)
    else followPause(this, paused, result.events)
    if (result.projects) this.project()
    if (result.tells) this.scheduleDrain(PROJECT_DEBOUNCE_MS)
    if (result.respond) this.answer ??= result.respond
    for (const { path, attempt } of result.cancels) this.#effects.cancel(path, attempt)
    for (const effect of result.effects) this.#effects.start(effect)
    for (const { path, attempt } of result.resumes) void this.#lookAtChild(path, attempt)
    this.feedLater(result.later)
    if (result.events.length > 0) {
      this.rearm()
      this.live.publish(result.events)
      this.#waiters.look()
    }
    if (result.ended) {
      this.live.endFollowers()
      this.followers.arm()
    } else if (result.events.length > 0) followGate(this)
    return result
  }

  /** Something may have died of what is tried now: it is tried one thing at a time. */
  beCareful(): void {
    this.#careful ||= CAREFUL_TURNS
  }

  /** A turn of its own, after whatever else is waiting for this object. */
  feedLater(commands: readonly Command[]): void {
    if (commands.length === 0) return
    if (this.#careful > 0) {
      void this.#feedOneByOne(commands)
      return
    }
    this.#detached++
    setTimeout(() => {
      this.#detached--
      if (this.run !== null) this.feed([], commands)
    }, 0)
  }

  async #feedOneByOne(commands: readonly Command[]): Promise<void> {
    this.#detached++
    try {
      for (const command of commands)
        await this.#venture(() => this.feed([], [command]), workOf([], [command]))
    } catch {
      // The object is lost with it, and its death is noted.
    } finally {
      this.#detached--
    }
  }

  async #lookAtChild(path: string, attempt: number): Promise<void> {
    this.#detached++
    try {
      await lookAtChild(this, path, attempt)
    } finally {
      this.#detached--
    }
  }

  project(): void {
    this.#reports.project()
  }

  tell(kind: string, body: Parameters<RunStore['pushOutbox']>[1]): void {
    this.#reports.tell(kind, body)
  }

  scheduleDrain(delayMs: number): void {
    this.#reports.schedule(delayMs)
  }

  setTimer(key: string, at: number): void {
    this.#timers.set(key, at)
    this.#timers.arm(at)
  }

  /** The nearest of: a timer, the heartbeat of an effect, a report that is due should memory be lost. */
  rearm(): void {
    const times: number[] = []
    const next = this.#timers.next()
    if (next !== null) times.push(next)
    const isAtWork = this.#effects.size() > 0 || this.#detached > 0 || this.#reports.isDue
    if (isAtWork) times.push(this.now() + HEARTBEAT_MS)
    if (times.length > 0) this.#timers.arm(Math.min(...times))
  }

  /** Never throws: an alarm that throws is tried a few times and then gone. */
  async alarm(onStart: () => void): Promise<void> {
    this.#timers.fired()
    try {
      await this.fireDue(onStart)
    } catch (error) {
      createLog('error').error('an alarm failed', { runId: this.run?.spec.runId, error })
      this.#timers.arm(this.now() + ALARM_RETRY_MS)
    }
  }

  async fireDue(onStart: () => void): Promise<void> {
    if (this.run === null) return
    for (const [key, at] of this.#timers.takeDue()) {
      if (key === FOLLOWERS) {
        this.followers.endDue()
        continue
      }
      const facts: ShellFact[] = [{ fact: { type: 'timer.fired', key } }]
      const fire = async () => {
        const feed = () => (key === '$start' ? onStart() : void this.feed(facts))
        if (at < this.#wokenAt - LATE_MS) await this.#venture(feed, workOf(facts, []))
        else feed()
      }
      if (awaitsEvent(this.run, key)) void this.#askThenFire(key, fire)
      else await fire()
      if (this.run === null) return
    }
    this.#reports.tellWhatIsLeft()
    this.rearm()
  }

  /** An event that was accepted before the timeout wins: while D1 cannot say whether there is one, the run waits on. */
  async #askThenFire(path: string, fire: () => Promise<void>): Promise<void> {
    this.#detached++
    try {
      await takeEarlier(this, path)
      if (this.run !== null) await fire()
    } catch (error) {
      createLog('error').error('a wait could not ask for events', { runId: this.run?.spec.runId, error })
      if (this.run !== null && awaitsEvent(this.run, path)) this.setTimer(path, this.now() + ALARM_RETRY_MS)
    } finally {
      this.#detached--
    }
  }

  #effectDone(outcome: EffectOutcome): void {
    if (this.run === null) return
    const { path, attempt } = outcome
    if ('deferMs' in outcome) {
      this.feed([
        { fact: { type: 'node.deferred', path, attempt, delayMs: outcome.deferMs, reason: outcome.reason } },
      ])
    } else this.feed([outcomeFact(this.shell, path, attempt, outcome.result, this.now())])
  }

  waitUntil({ waitMs = 0, waitFor = 'end' }: StartOptions): Promise<void> {
    const isThere = () =>
      this.run === null || hasEnded(this.run.state) || (waitFor === 'respond' && this.answer !== null)
    return this.#waiters.until(isThere, waitMs)
  }

  forget(): void {
    this.run = null
    this.unreadable = null
    this.#timers.clearAll()
    this.#reports.stop()
  }
}
