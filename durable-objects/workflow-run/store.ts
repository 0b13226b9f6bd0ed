// The tables of a run, in the object's own SQLite. Invariants:
// 1. Everything a turn changes is written in one synchronous block, so it commits together or not at all.
// 2. An output is stored once, by the path of its activation; no row is larger than SQLite in production takes.
// 3. Nothing but this file knows these tables. `schema` says which version of them an object has.
import type { Json } from '../../src/core/json.ts'
import type { AdoptedOutcome, RunEvent } from '../../src/engine/event.ts'
import type { StoredRun } from '../../src/engine/restore.ts'
import type { Activation, RegionState, RunRow } from '../../src/engine/state.ts'
import type { RunSpec } from '../../src/objects/workflow-run.ts'

const SCHEMA_VERSION = 1

const SCHEMA = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE activations (path TEXT PRIMARY KEY, row TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE regions (key TEXT PRIMARY KEY, row TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE events (seq INTEGER PRIMARY KEY, event TEXT NOT NULL);
CREATE TABLE outputs (path TEXT NOT NULL, chunk INTEGER NOT NULL, data TEXT NOT NULL, PRIMARY KEY (path, chunk)) WITHOUT ROWID;
CREATE TABLE signals (seq INTEGER PRIMARY KEY, name TEXT NOT NULL, id TEXT, data TEXT NOT NULL);
CREATE TABLE adopted (path TEXT PRIMARY KEY, row TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE waits (path TEXT PRIMARY KEY, row TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, body TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL);
`

/** Below the 2 MB that a row may have in production, with room for the rest of the row. */
const CHUNK_CHARS = 600_000

export type StoredWait = {
  path: string
  attempt: number
  approvalId: string | null
  since: number
  detail: Json
  decisions: Json[]
}

export type OutboxRow = { id: number; kind: string; body: Json; attempts: number; nextAt: number }

export type RunStore = ReturnType<typeof openStore>

export function openStore(sql: SqlStorage) {
  const exists = () =>
    sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'meta'").toArray().length > 0
  const readMeta = (key: string): string | null =>
    sql.exec<{ value: string }>('SELECT value FROM meta WHERE key = ?', key).toArray()[0]?.value ?? null
  const writeMeta = (key: string, value: string): void => {
    sql.exec(
      'INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2',
      key,
      value,
    )
  }

  return {
    exists,
    readMeta,
    writeMeta,

    create(spec: RunSpec): void {
      sql.exec(SCHEMA)
      writeMeta('schema', String(SCHEMA_VERSION))
      writeText(sql, '$spec', JSON.stringify(spec))
    },

    readSpec: (): RunSpec => JSON.parse(readText(sql, '$spec') ?? 'null') as RunSpec,

    writeRun: (run: RunRow): void => writeMeta('run', JSON.stringify(run)),

    writeTurn(turn: {
      run: RunRow
      activations: Iterable<Activation>
      regions: Iterable<RegionState>
      events: readonly RunEvent[]
    }): void {
      for (const event of turn.events)
        sql.exec('INSERT INTO events (seq, event) VALUES (?, ?)', event.seq, JSON.stringify(event))
      for (const activation of turn.activations) {
        sql.exec(
          'INSERT INTO activations (path, row) VALUES (?1, ?2) ON CONFLICT (path) DO UPDATE SET row = ?2',
          activation.path,
          JSON.stringify(activation),
        )
      }
      for (const region of turn.regions) {
        sql.exec(
          'INSERT INTO regions (key, row) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET row = ?2',
          region.key,
          JSON.stringify(region),
        )
      }
      writeMeta('run', JSON.stringify(turn.run))
    },

    readState(): StoredRun {
      const rows = <Row>(table: 'activations' | 'regions' | 'adopted'): Row[] =>
        sql
          .exec<{ row: string }>(`SELECT row FROM ${table}`)
          .toArray()
          .map(({ row }) => JSON.parse(row) as Row)
      return {
        run: JSON.parse(readMeta('run') ?? 'null') as RunRow,
        activations: rows<Activation>('activations'),
        regions: rows<RegionState>('regions'),
        adopted: rows<AdoptedOutcome>('adopted'),
        signals: sql
          .exec<{ seq: number; name: string }>("SELECT seq, name FROM signals WHERE name <> ''")
          .toArray()
          .map(({ seq, name }) => [seq, name] as const),
      }
    },

    writeAdopted(outcomes: readonly AdoptedOutcome[]): void {
      for (const outcome of outcomes)
        sql.exec(
          'INSERT OR REPLACE INTO adopted (path, row) VALUES (?, ?)',
          outcome.path,
          JSON.stringify(outcome),
        )
    },

    readEvents(afterSeq: number, limit: number): { seq: number; event: string }[] {
      return sql
        .exec<{ seq: number; event: string }>(
          'SELECT seq, event FROM events WHERE seq > ? ORDER BY seq LIMIT ?',
          afterSeq,
          limit,
        )
        .toArray()
    },

    writeOutput: (path: string, json: string): void => writeText(sql, path, json),
    readOutput: (path: string): string | null => readText(sql, path),
    outputChars: (path: string): number =>
      sql.exec<{ n: number | null }>('SELECT sum(length(data)) AS n FROM outputs WHERE path = ?', path).one()
        .n ?? 0,

    writeSignal(seq: number, name: string, id: string | null, data: Json): void {
      sql.exec(
        'INSERT INTO signals (seq, name, id, data) VALUES (?, ?, ?, ?)',
        seq,
        name,
        id,
        JSON.stringify(data),
      )
    },
    /** Only its id is kept, so that the same signal sent again is still known. */
    takeSignal(seq: number): void {
      sql.exec("UPDATE signals SET name = '', data = 'null' WHERE seq = ?", seq)
    },
    hasSignal: (id: string): boolean =>
      sql.exec('SELECT 1 FROM signals WHERE id = ? LIMIT 1', id).toArray().length > 0,
    readSignal(seq: number): Json | undefined {
      const row = sql.exec<{ data: string }>('SELECT data FROM signals WHERE seq = ?', seq).toArray()[0]
      return row === undefined ? undefined : (JSON.parse(row.data) as Json)
    },

    writeWait(wait: StoredWait): void {
      sql.exec(
        'INSERT INTO waits (path, row) VALUES (?1, ?2) ON CONFLICT (path) DO UPDATE SET row = ?2',
        wait.path,
        JSON.stringify(wait),
      )
    },
    readWait(path: string): StoredWait | null {
      const row = sql.exec<{ row: string }>('SELECT row FROM waits WHERE path = ?', path).toArray()[0]
      return row === undefined ? null : (JSON.parse(row.row) as StoredWait)
    },
    readWaits: (): StoredWait[] =>
      sql
        .exec<{ row: string }>('SELECT row FROM waits')
        .toArray()
        .map(({ row }) => JSON.parse(row) as StoredWait),

    pushOutbox(kind: string, body: Json, nextAt: number): void {
      sql.exec(
        'INSERT INTO outbox (kind, body, next_at) VALUES (?, ?, ?)',
        kind,
        JSON.stringify(body),
        nextAt,
      )
    },
    /** Of reports to the index only the newest is worth sending. */
    replaceOutbox(kind: string, body: Json, nextAt: number): void {
      sql.exec('DELETE FROM outbox WHERE kind = ?', kind)
      sql.exec(
        'INSERT INTO outbox (kind, body, next_at) VALUES (?, ?, ?)',
        kind,
        JSON.stringify(body),
        nextAt,
      )
    },
    readOutbox: (): OutboxRow[] =>
      sql
        .exec<{ id: number; kind: string; body: string; attempts: number; next_at: number }>(
          'SELECT * FROM outbox ORDER BY id',
        )
        .toArray()
        .map(({ id, kind, body, attempts, next_at }) => ({
          id,
          kind,
          body: JSON.parse(body) as Json,
          attempts,
          nextAt: next_at,
        })),
    delayOutbox(id: number, nextAt: number): void {
      sql.exec('UPDATE outbox SET attempts = attempts + 1, next_at = ? WHERE id = ?', nextAt, id)
    },
    removeOutbox(id: number): void {
      sql.exec('DELETE FROM outbox WHERE id = ?', id)
    },
  }
}

function writeText(sql: SqlStorage, path: string, text: string): void {
  sql.exec('DELETE FROM outputs WHERE path = ? AND chunk > 0', path)
  let chunk = 0
  let from = 0
  do {
    const to = cutBefore(text, from + CHUNK_CHARS)
    sql.exec(
      'INSERT OR REPLACE INTO outputs (path, chunk, data) VALUES (?, ?, ?)',
      path,
      chunk++,
      text.slice(from, to),
    )
    from = to
  } while (from < text.length)
}

/** Never between the halves of a surrogate pair: each alone would be stored as a replacement character. */
function cutBefore(text: string, at: number): number {
  if (at >= text.length) return text.length
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at
}

function readText(sql: SqlStorage, path: string): string | null {
  const chunks = sql
    .exec<{ data: string }>('SELECT data FROM outputs WHERE path = ? ORDER BY chunk', path)
    .toArray()
  return chunks.length === 0 ? null : chunks.map(({ data }) => data).join('')
}
