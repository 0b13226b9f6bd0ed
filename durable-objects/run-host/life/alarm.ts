// When a run sets its alarm, and what it does when the alarm fires. Invariants:
// 1. All work in progress has an alarm behind it: a timer, the heartbeat of an effect, a report that is due.
// 2. A timer that ends a wait for an event first looks for events that came in time.
// 3. An alarm never throws. The platform would retry it a few times and then never again.
import { objectLog } from '../../../src/context.ts'
import { hasEnded } from '../../../src/engine/model/state.ts'
import { awaitsEvent, takeEarlier } from '../outside/event-waits.ts'
import type { Reports } from '../outside/reports/reports.ts'
import { HEARTBEAT_MS, type Timers } from '../rows/timers.ts'
import type { RunShell } from '../run-shell.ts'
import type { Followers } from '../show/followers.ts'
import type { Relayed } from '../show/relayed.ts'
import { type Crashes, keyOf } from './crashes.ts'
import type { Detached } from './detached.ts'
import type { Steps } from './steps.ts'

export const ALARM_RETRY_MS = 5_000
/** If an alarm is this late, the process may have crashed while it handled the alarm, perhaps more than once. */
const LATE_MS = 10_000

/** The timer that repeats failed deliveries to hubs. */
export const RELAYED = '$relayed'
/** The timer of followers, which stays after the run has ended. */
export const FOLLOWERS = '$followers'

export type AlarmParts = {
  readonly timers: Timers
  readonly crashes: Crashes
  readonly detached: Detached
  readonly steps: Steps
  readonly reports: Reports
  readonly relayed: Relayed
  readonly followers: Followers
  /** Effects in flight. */
  readonly effects: { size(): number }
}

export class RunAlarm {
  readonly #machine: RunShell
  readonly #parts: AlarmParts
  #wokenAt = Number.NEGATIVE_INFINITY

  constructor(machine: RunShell, parts: AlarmParts) {
    this.#machine = machine
    this.#parts = parts
  }

  /** The run was loaded. */
  woken(): void {
    this.#wokenAt = this.#machine.now()
  }

  /**
   * Sets the alarm to the earliest of: the next timer, the heartbeat of an effect, the deadline of a report in case
   * memory is lost.
   */
  rearm(startsWork = false): void {
    const { timers, detached, reports, effects } = this.#parts
    const times: number[] = []
    const next = timers.next()
    if (next !== null) times.push(next)
    if (startsWork || effects.size() > 0 || !detached.isEmpty || reports.isDue)
      times.push(this.#machine.now() + HEARTBEAT_MS)
    if (times.length > 0) timers.arm(Math.min(...times))
  }

  /** The outbox is empty, so no alarm has to stand behind it. */
  allSent(): void {
    const { timers, detached, followers, effects } = this.#parts
    if (hasEnded(this.#machine.requireRun().state)) {
      timers.disarm()
      followers.arm()
    } else if (effects.size() === 0 && detached.isEmpty) timers.armForTimers()
  }

  async fire(onStart: () => void): Promise<void> {
    const { timers } = this.#parts
    timers.fired()
    try {
      await this.fireDue(onStart)
    } catch (error) {
      objectLog(this.#machine.env).error('an alarm failed', { runId: this.#machine.run?.spec.runId, error })
      timers.arm(this.#machine.now() + ALARM_RETRY_MS)
    }
  }

  async fireDue(onStart: () => void): Promise<void> {
    const { timers, relayed, followers, reports, detached } = this.#parts
    if (this.#machine.run === null) return
    for (const [key, at] of timers.takeDue()) {
      if (key === RELAYED) relayed.retry()
      else if (key === FOLLOWERS) followers.endDue()
      else {
        const fire = () => this.#fireOne(key, at, onStart)
        if (awaitsEvent(this.#machine.run, key)) void detached.do(() => this.#askThenFire(key, fire))
        else await fire()
        if (this.#machine.run === null) return
      }
    }
    reports.sendPending()
    this.rearm()
  }

  async #fireOne(key: string, at: number, onStart: () => void): Promise<void> {
    const { crashes, steps } = this.#parts
    const fired = { fact: { type: 'timer.fired', key } } as const
    const fire = () => (key === '$start' ? onStart() : void this.#machine.feed([fired]))
    if (at < this.#wokenAt - LATE_MS || crashes.some()) await steps.record(keyOf(fired), fire)
    else fire()
  }

  /**
   * An event that was accepted before the timeout wins. While D1 cannot say whether there is one, the run keeps
   * waiting.
   */
  async #askThenFire(path: string, fire: () => Promise<void>): Promise<void> {
    const machine = this.#machine
    try {
      await takeEarlier(machine, path)
      if (machine.run !== null) await fire()
    } catch (error) {
      objectLog(this.#machine.env).error('a wait could not ask for events', {
        runId: machine.run?.spec.runId,
        error,
      })
      if (machine.run !== null && awaitsEvent(machine.run, path))
        machine.setTimer(path, machine.now() + ALARM_RETRY_MS)
    }
  }
}
