// The SQLite tables of a host. Each row refers to its run by a small number, so that many runs share a few pages of
// the file. `docs/STORAGE.md` describes the tables.
import { crashRows } from './crashes.ts'
import type { Packed } from './packed.ts'

export const SCHEMA_VERSION = 1

const SCHEMA = `
CREATE TABLE host (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, body TEXT);
CREATE TABLE rows (run INTEGER NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, kind, key)) WITHOUT ROWID;
CREATE TABLE events (run INTEGER NOT NULL, seq INTEGER NOT NULL, event TEXT NOT NULL, told INTEGER NOT NULL, progress INTEGER NOT NULL, PRIMARY KEY (run, seq)) WITHOUT ROWID;
CREATE TABLE outputs (run INTEGER NOT NULL, path TEXT NOT NULL, chunk INTEGER NOT NULL, data TEXT NOT NULL, PRIMARY KEY (run, path, chunk)) WITHOUT ROWID;
CREATE TABLE outbox (id INTEGER PRIMARY KEY, run INTEGER NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL);
CREATE INDEX outbox_run ON outbox (run, id);
CREATE TABLE unreported (run INTEGER PRIMARY KEY, version INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL);
CREATE TABLE due (run INTEGER PRIMARY KEY, at INTEGER NOT NULL);
CREATE INDEX due_at ON due (at);
`

/** Newer than the first hosts, so it is created where it is missing. */
const CRASHES =
  'CREATE TABLE IF NOT EXISTS crashes (run INTEGER NOT NULL, at TEXT NOT NULL, count INTEGER NOT NULL, trying TEXT, PRIMARY KEY (run, at)) WITHOUT ROWID'

/**
 * `kept` is an existing run. In `removing`, rows are being deleted page by page. `erasing` is the same, but the id
 * stays as `removed`, so that its key starts nothing again.
 */
export type RunRowState = 'kept' | 'removing' | 'erasing' | 'removed'

export type RunEntry = { n: number; id: string; state: RunRowState; body: Packed | null }

const DELETED_AT_ONCE = 2_000

export type HostTables = ReturnType<typeof openTables>

export function openTables(sql: SqlStorage) {
  const isThere =
    sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'host'").toArray().length > 0
  if (!isThere) {
    sql.exec(SCHEMA)
    sql.exec("INSERT INTO host (key, value) VALUES ('schema', ?)", String(SCHEMA_VERSION))
  }
  sql.exec(CRASHES)
  const max = (table: 'runs' | 'outbox', column: 'n' | 'id'): number =>
    sql.exec<{ max: number | null }>(`SELECT max(${column}) AS max FROM ${table}`).one().max ?? 0
  let lastRun = max('runs', 'n')
  let lastOutboxId: number | null = null
  let lastVersion = Date.now()

  const readSetting = (key: string): string | null =>
    sql.exec<{ value: string }>('SELECT value FROM host WHERE key = ?', key).toArray()[0]?.value ?? null

  return {
    sql,
    crashes: crashRows(sql),
    readSetting,
    writeSetting: (key: string, value: string): void => {
      sql.exec('INSERT OR REPLACE INTO host (key, value) VALUES (?, ?)', key, value)
    },
    deleteSetting: (key: string): void => {
      sql.exec('DELETE FROM host WHERE key = ?', key)
    },

    /** Never reused while work of the run with this number may be in progress. */
    nextRun: (): number => ++lastRun,
    newestRun: (): number => lastRun,
    nextOutboxId(): number {
      lastOutboxId ??= max('outbox', 'id')
      return ++lastOutboxId
    },
    /** Greater than every earlier version, also after a restart. */
    nextVersion(): number {
      lastVersion = Math.max(lastVersion + 1, Date.now())
      return lastVersion
    },

    findRun: (id: string): RunEntry | null =>
      sql.exec<RunEntry>('SELECT n, id, state, body FROM runs WHERE id = ?', id).toArray()[0] ?? null,
    /** Whether something will load the run by itself, or the run has crashed. */
    isAwaited: (n: number): boolean =>
      sql
        .exec(
          `SELECT 1 FROM due WHERE run = ?1 UNION ALL SELECT 1 FROM unreported WHERE run = ?1
           UNION ALL SELECT 1 FROM crashes WHERE run = ?1 LIMIT 1`,
          n,
        )
        .toArray().length > 0,
    idOf: (n: number): string | null =>
      sql.exec<{ id: string }>("SELECT id FROM runs WHERE n = ? AND state = 'kept'", n).toArray()[0]?.id ??
      null,
    findKept: (after: number, limit: number): { n: number; id: string }[] =>
      sql
        .exec<{ n: number; id: string }>(
          "SELECT n, id FROM runs WHERE n > ? AND state = 'kept' ORDER BY n LIMIT ?",
          after,
          limit,
        )
        .toArray(),

    /** From now on the run does not exist. Its rows are deleted page by page. */
    markRemoved(n: number, forGood: boolean): void {
      sql.exec('UPDATE runs SET state = ?, body = NULL WHERE n = ?', forGood ? 'erasing' : 'removing', n)
      for (const table of ['due', 'unreported', 'outbox', 'crashes'])
        sql.exec(`DELETE FROM ${table} WHERE run = ?`, n)
    },
    /** Blocks an id of a run that was never here. */
    insertRemoved(n: number, id: string): void {
      sql.exec("INSERT INTO runs (n, id, state) VALUES (?, ?, 'removed')", n, id)
    },
    findRemoved: (): number[] =>
      sql
        .exec<{ n: number }>("SELECT n FROM runs WHERE state IN ('removing', 'erasing') LIMIT 100")
        .toArray()
        .map(({ n }) => n),
    /** Deletes one page of the rows of a removed run. False when nothing is left. */
    deletePage(n: number): boolean {
      for (const [table, key] of [
        ['events', 'seq'],
        ['outputs', 'path, chunk'],
        ['rows', 'kind, key'],
      ] as const) {
        const { rowsWritten } = sql.exec(
          `DELETE FROM ${table} WHERE (run, ${key}) IN (SELECT run, ${key} FROM ${table} WHERE run = ? LIMIT ${DELETED_AT_ONCE})`,
          n,
        )
        if (rowsWritten >= DELETED_AT_ONCE) return true
      }
      sql.exec("DELETE FROM runs WHERE n = ? AND state = 'removing'", n)
      sql.exec("UPDATE runs SET state = 'removed' WHERE n = ? AND state = 'erasing'", n)
      return false
    },

    /** Runs whose report to the index is due, the longest due first. */
    readUnreported: (now: number, limit: number): Unreported[] =>
      sql
        .exec<Unreported>(
          `SELECT u.run AS n, r.id, u.version, u.attempts FROM unreported u JOIN runs r ON r.n = u.run
           WHERE u.next_at <= ? ORDER BY u.next_at LIMIT ?`,
          now,
          limit,
        )
        .toArray(),
    /** Whether the index may not know one of the runs up to this number. */
    hasUnreported: (upTo: number): boolean =>
      sql.exec('SELECT 1 FROM unreported WHERE run <= ? LIMIT 1', upTo).toArray().length > 0,
    nextReportAt: (): number | null =>
      sql.exec<{ at: number | null }>('SELECT min(next_at) AS at FROM unreported').one().at,
    /** Keeps requests that came while the report was in progress. */
    removeUnreported(reported: readonly { n: number; version: number }[]): void {
      if (reported.length === 0) return
      sql.exec(
        `DELETE FROM unreported WHERE EXISTS (SELECT 1 FROM json_each(?) j
           WHERE j.value ->> 'n' = unreported.run AND j.value ->> 'version' >= unreported.version)
         AND run IN (SELECT value ->> 'n' FROM json_each(?))`,
        JSON.stringify(reported.map(({ n, version }) => ({ n, version }))),
        JSON.stringify(reported.map(({ n }) => ({ n }))),
      )
    },
    delayUnreported(n: number, nextAt: number): void {
      sql.exec('UPDATE unreported SET attempts = attempts + 1, next_at = ? WHERE run = ?', nextAt, n)
    },
  }
}

export type Unreported = { n: number; id: string; version: number; attempts: number }
