// One alarm for all runs of a host: `due` holds the time at which each wants to be looked at. Invariants:
// 1. The alarm is at the nearest of these times, or earlier: one that comes too early is harmless, a missing one is not.
// 2. A row is written in the turn that needs it, so it commits with what it waits for. It stays until its run was looked at.
export type Due = ReturnType<typeof openDue>

export function openDue(
  sql: SqlStorage,
  bell: Pick<DurableObjectStorage, 'setAlarm' | 'deleteAlarm'>,
  now: () => number,
) {
  let alarmAt: number | null = null

  /** Never in the past: inside `alarm()` that would stall the chain for good. */
  function ring(at: number): void {
    if (alarmAt !== null && alarmAt <= at) return
    alarmAt = Math.max(at, now() + 1)
    bell.setAlarm(alarmAt)
  }

  const next = (): number | null => sql.exec<{ at: number | null }>('SELECT min(at) AS at FROM due').one().at

  function ringForNext(): void {
    const at = next()
    if (at !== null) ring(at)
  }

  return {
    set(n: number, at: number): void {
      const known = sql.exec<{ at: number }>('SELECT at FROM due WHERE run = ?', n).toArray()[0]?.at
      if (known !== at) sql.exec('INSERT OR REPLACE INTO due (run, at) VALUES (?, ?)', n, at)
      ring(at)
    },
    remove(n: number): void {
      sql.exec('DELETE FROM due WHERE run = ?', n)
    },
    /** For what is not a run's own, such as a report. */
    ring,
    ringForNext,
    /** Those whose time has come, the longest due first; those that have crashed after all others. */
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
    /** A turn was rolled back, and with it perhaps the alarm that it had set. */
    rolledBack(): void {
      alarmAt = null
      ringForNext()
    },
    /** An idle host is not woken for nothing. */
    rest(): void {
      if (alarmAt === null || next() !== null) return
      bell.deleteAlarm()
      alarmAt = null
    },
  }
}
