// One alarm for everything that a run waits for. Invariants:
// 1. The alarm is never set to a time in the past: inside `alarm()` that would stop all further alarms.
// 2. An alarm that is too early is harmless, a missing one is not. So it is only ever moved earlier, and the timers
//    decide what is due. They follow from the stored state.

/**
 * Keeps the object awake while an effect or a report is in progress. After a crash nothing else wakes the object, so
 * this is also the longest time for which a run stands still.
 */
export const HEARTBEAT_MS = 3_000

export type Timers = ReturnType<typeof runTimers>

export type Alarm = { set(at: number): void; remove(): void }

export function runTimers(alarm: Alarm, now: () => number) {
  const due = new Map<string, number>()
  let alarmAt: number | null = null

  return {
    set: (key: string, at: number): void => void due.set(key, at),
    clear: (key: string): void => void due.delete(key),
    clearAll: (): void => due.clear(),
    /** Removes and returns the timers whose time has come, the earliest first. */
    takeDue(): [key: string, at: number][] {
      const at = now()
      const taken = [...due].filter(([, time]) => time <= at).sort(([, a], [, b]) => a - b)
      for (const [key] of taken) due.delete(key)
      return taken
    },
    next: (): number | null => (due.size === 0 ? null : Math.min(...due.values())),
    /** Part of the turn's block, so that it commits with the turn. */
    arm(at: number | null): void {
      if (at === null || (alarmAt !== null && alarmAt <= at)) return
      const next = Math.max(at, now() + 1)
      alarm.set(next)
      alarmAt = next
    },
    /** The alarm has fired, so none is set. */
    fired: (): void => {
      alarmAt = null
    },
    get isArmed(): boolean {
      return alarmAt !== null
    },
    /** Moves the alarm to the next timer: nothing else needs it any more. */
    armForTimers(): void {
      const next = due.size === 0 ? null : Math.min(...due.values())
      if (alarmAt === null || next === alarmAt) return
      if (next === null) alarm.remove()
      else if (next > alarmAt) alarm.set(next)
      alarmAt = next
    },
    disarm(): void {
      if (alarmAt !== null) alarm.remove()
      alarmAt = null
    },
  }
}
