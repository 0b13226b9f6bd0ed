// What fails, and where. A throw is an error of ours or of SQLite, an abort is the loss of the process with
// everything that the turn has not committed, an eviction is the loss of memory between two turns.

import { env } from 'cloudflare:workers'
import { setFaultHook } from '../../../durable-objects/run-host/rows/faults.ts'
import { hostOf } from '../../../src/core/run-id.ts'
import type { Fact } from '../../../src/engine/model/event.ts'
import { onPurpose } from '../../helpers/on-purpose.ts'
import { evict } from './drive.ts'

export const MODES = ['throw', 'abort', 'evict'] as const
export type Mode = (typeof MODES)[number]
/** At the `nth` time, from 1, that the run reaches this point. */
export type Fault = { point: string; nth: number; mode: Mode }

export type Disturbance = ReturnType<typeof disturb>

/** `spy` sees every fact before it is applied, and may crash the run. */
export function disturb(
  runId: string,
  faults: readonly Fault[],
  spy: (fact: Fact, die: (mode: 'throw' | 'abort') => never) => void = () => {},
) {
  const id = env.RUNS.idFromName(hostOf(runId)).toString()
  const counts = new Map<string, number>()
  const hit: Fault[] = []
  const alarm = alarmModel()
  let asked = false
  setFaultHook((point, state, args) => {
    if (state.id.toString() !== id) return
    if (point.startsWith('hostAlarm.')) return alarm.see(point)
    const nth = (counts.get(point) ?? 0) + 1
    counts.set(point, nth)
    const die = (mode: Mode): never => {
      hit.push({ point, nth, mode })
      if (mode === 'abort') {
        alarm.die()
        state.abort(onPurpose(`fault at ${point}`))
      } else alarm.forget()
      throw new Error(onPurpose(`fault at ${point}`))
    }
    if (point === 'core.take:before') spy(args[2] as Fact, die)
    const fault = faults.find((one) => one.point === point && one.nth === nth)
    if (fault === undefined) return
    if (fault.mode !== 'evict') die(fault.mode)
    hit.push(fault)
    asked = true
  })
  return {
    counts,
    hit,
    alarm,
    async evictIfAsked(): Promise<void> {
      if (!asked) return
      asked = false
      await evict(runId)
    },
    /** An error of a call without a fault is the object's own. */
    lost(error: unknown): void {
      if (hit.length === 0) throw error
    },
    end: (): void => setFaultHook(null),
  }
}

/**
 * Whether the host's alarm was committed when the process was lost. The test's own calls wake the object, so it
 * cannot be asked. An alarm is only removed if nothing is due.
 */
function alarmModel() {
  let committed = false
  let staged: object | null = null
  let known = true
  let diedAsleep = false
  let firing = false
  return {
    see(point: string): void {
      if (point !== 'hostAlarm.setAlarm:after') return
      const mine = {}
      staged = mine
      // The turn has committed when other code runs, unless it crashed before.
      queueMicrotask(() => {
        if (staged === mine) committed = true
      })
    },
    die(): void {
      staged = null
      if (known && !committed && !firing) diedAsleep = true
    },
    /** An error may or may not have aborted the object. */
    forget(): void {
      known = false
    },
    /** While it fires it is not set, and the platform would fire it again. */
    fires(is: boolean): void {
      if (is) committed = false
      firing = is
    },
    /** True once for each crash without an alarm behind it. */
    takeDeath(): boolean {
      const died = diedAsleep
      diedAsleep = false
      return died
    },
  }
}
