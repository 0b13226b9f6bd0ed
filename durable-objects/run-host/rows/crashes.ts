// Crashes of the runs of a host. They have a table of their own because they are read and written before a run is loaded.

/** `at` is the path of an activation, or the kind of work of the whole run. `trying` is the process that tries it now. */
export type CrashRow = { at: string; count: number; trying: string | null }

export type CrashRows = ReturnType<typeof crashRows>

export function crashRows(sql: SqlStorage) {
  return {
    find: (n: number): CrashRow[] =>
      sql.exec<CrashRow>('SELECT at, count, trying FROM crashes WHERE run = ?', n).toArray(),
    write(n: number, { at, count, trying }: CrashRow): void {
      sql.exec(
        'INSERT OR REPLACE INTO crashes (run, at, count, trying) VALUES (?, ?, ?, ?)',
        ...[n, at, count, trying],
      )
    },
    remove(n: number, at: string): void {
      sql.exec('DELETE FROM crashes WHERE run = ? AND at = ?', n, at)
    },
    /** Whether another process was lost during work that it had written to disk. */
    isLeftBy: (process: string): boolean =>
      sql.exec('SELECT 1 FROM crashes WHERE trying IS NOT NULL AND trying <> ? LIMIT 1', process).toArray()
        .length > 0,
  }
}
