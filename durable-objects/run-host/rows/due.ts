// One alarm for all runs of a host: `due` holds the time at which each run must be handled. Invariants:
// 1. The alarm is set to the earliest of these times, or earlier. An alarm that is too early is harmless, a missing
//    one is not.
// 2. A row is written in the turn that needs it, so it commits with that turn. It stays until its run was handled.
export type Due = ReturnType<typeof openDue>

export function openDue(
  sql: SqlStorage,
  alarm: Pick<DurableObjectStorage, 'setAlarm' | 'deleteAlarm'>,
  now: () => number,
) {
  let alarmAt: number | null = null

  /** Never sets a time in the past: inside `alarm()` that would stop all further alarms. */
  function arm(at: number): void {
    if (alarmAt !== null && alarmAt <= at) return
    alarmAt = Math.max(at, now() + 1)
    alarm.setAlarm(alarmAt)
  }

  const next = (): number | null => sql.exec<{ at: number | null }>('SELECT min(at) AS at FROM due').one().at

  function armForNext(): void {
    const at = next()
    if (at !== null) arm(at)
  }

  return {
    set(n: number, at: number): void {
      const known = sql.exec<{ at: number }>('SELECT at FROM due WHERE run = ?', n).toArray()[0]?.at
      if (known !== at) sql.exec('INSERT OR REPLACE INTO due (run, at) VALUES (?, ?)', n, at)
      arm(at)
    },
    remove(n: number): void {
      sql.exec('DELETE FROM due WHERE run = ?', n)
    },
    /** For work of the host, such as a report. */
    arm,
    armForNext,
    /** The runs whose time has come, the longest due first. Runs that have crashed come last. */
    read: (limit: number): { n: number; id: string; at: number }[] =>
      sql
        .exec<{ n: number; id: string; at: number }>(
          `SELECT d.run AS n, r.id, d.at FROM due d JOIN runs r ON r.n = d.run WHERE d.at <= ?
           ORDER BY EXISTS (SELECT 1 FROM crashes c WHERE c.run = d.run), d.at LIMIT ?`,
          now(),
          limit,
        )
        .toArray(),
    /** The alarm has fired, so none is set. */
    fired: (): void => {
      alarmAt = null
    },
    /** A turn was rolled back, perhaps together with the alarm that it had set. */
    rolledBack(): void {
      alarmAt = null
      armForNext()
    },
    /** Deletes the alarm if nothing is due, so that an idle host is not woken. */
    disarmIfEmpty(): void {
      if (alarmAt === null || next() !== null) return
      alarm.deleteAlarm()
      alarmAt = null
    },
  }
}
