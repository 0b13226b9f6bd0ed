// One alarm for all that a run waits for. Invariants:
// 1. The alarm is never set to a time that has passed: inside `alarm()` that would stall the chain for good.
// 2. An alarm that comes too early is harmless; one that is missing is not. So it is only ever moved nearer, and what
//    is due is decided by the timers themselves, which follow from the stored state.

/**
 * Keeps the object awake, and its run watched, while an effect or a report is under way. After a crash nothing else wakes the
 * object, so this is also how long a run stands still at most.
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
    /** Those whose time has come, the earliest first. */
    takeDue(): [key: string, at: number][] {
      const at = now()
      const taken = [...due].filter(([, time]) => time <= at).sort(([, a], [, b]) => a - b)
      for (const [key] of taken) due.delete(key)
      return taken
    },
    next: (): number | null => (due.size === 0 ? null : Math.min(...due.values())),
    /** Part of the turn's own block, so that it commits with what it waits for. */
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
    /** What stood for more than the timers is done. */
    rest(): void {
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
