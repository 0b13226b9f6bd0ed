// The tables of a run, in the object's own SQLite. Invariants:
// 1. Everything a turn changes is written in one synchronous block, so it commits together or not at all. Small outputs
//    are held until `writeTurn`, which ends each such block, and are readable meanwhile.
// 2. An output is stored once, by the path of its activation; no row is larger than SQLite in production takes.
// 3. Nothing but this file knows these tables. `schema` says which version of them an object has.
import type { Json } from '../../src/core/json.ts'
import type { AdoptedOutcome, RunEvent } from '../../src/engine/event.ts'
import type { StoredRun } from '../../src/engine/restore.ts'
import type { Activation, RegionState, RunRow } from '../../src/engine/state.ts'
import type { RunSpec } from '../../src/objects/workflow-run.ts'

const SCHEMA_VERSION = 1

// Few tables, because each is a page to write for every run. `rows` holds all that is small and found by a name.
const SCHEMA = `
CREATE TABLE rows (kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE events (seq INTEGER PRIMARY KEY, event TEXT NOT NULL);
CREATE TABLE outputs (path TEXT NOT NULL, chunk INTEGER NOT NULL, data TEXT NOT NULL, PRIMARY KEY (path, chunk)) WITHOUT ROWID;
CREATE TABLE outbox (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL);
`

type Kind =
  | 'meta'
  | 'node'
  | 'region'
  | 'adopted'
  | 'wait'
  | 'signal'
  | 'signal.data'
  | 'signal.id'
  | 'event.id'
  | 'descendant'
  | 'child'

const DESCENDANTS = 'descendants'

/** A statement has at most 100 parameters. */
const MOST_PARAMS = 100

/** Outputs of a turn wait for its end up to this, then go to the tables before it. */
const MOST_HELD_CHARS = 256 * 1024

/** Below the 2 MB that a row may have in production, with room for the rest of the row. */
const CHUNK_CHARS = 600_000

export type StoredWait = {
  path: string
  attempt: number
  approvalId: string | null
  since: number
  detail: Json
  decisions: Json[]
  /** Whether the index of waits for events is told of it. Not there in what older code has written, which told of none. */
  listed?: boolean
}

/** The run that a node has started and waits for, in the attempt after so many failures. */
export type StoredChild = {
  runId: string
  failures: number
  /** The run that it goes on with. */
  follows?: string
}

export type OutboxRow = { id: number; kind: string; body: Json; attempts: number; nextAt: number }

export type RunStore = ReturnType<typeof openStore>

export function openStore(sql: SqlStorage) {
  const exists = () =>
    sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'rows'").toArray().length > 0
  const read = (kind: Kind, key: string): string | null =>
    sql.exec<{ value: string }>('SELECT value FROM rows WHERE kind = ? AND key = ?', kind, key).toArray()[0]
      ?.value ?? null
  const readAll = (kind: Kind): { key: string; value: string }[] =>
    sql.exec<{ key: string; value: string }>('SELECT key, value FROM rows WHERE kind = ?', kind).toArray()
  const parsed = <Row>(kind: Kind): Row[] => readAll(kind).map(({ value }) => JSON.parse(value) as Row)
  const write = (rows: [kind: Kind, key: string, value: string][]): void =>
    insert('INSERT OR REPLACE INTO rows (kind, key, value) VALUES', rows)
  const remove = (kind: Kind, key: string): void => {
    sql.exec('DELETE FROM rows WHERE kind = ? AND key = ?', kind, key)
  }
  const readMeta = (key: string): string | null => read('meta', key)
  const writeMeta = (key: string, value: string): void => write([['meta', key, value]])

  /** As few statements as may be: an object is new for each run, so nothing is prepared yet, and that costs most. */
  function insert(head: string, rows: (string | number)[][]): void {
    const size = Math.floor(MOST_PARAMS / (rows[0]?.length ?? 1))
    for (let at = 0; at < rows.length; at += size) {
      const some = rows.slice(at, at + size)
      const places = some.map((row) => `(${row.map(() => '?').join(', ')})`)
      sql.exec(`${head} ${places.join(', ')}`, ...some.flat())
    }
  }

  const held = new Map<string, string>()
  let heldChars = 0
  function writeHeld(): void {
    insert(
      'INSERT OR REPLACE INTO outputs (path, chunk, data) VALUES',
      Array.from(held, ([path, json]) => [path, 0, json]),
    )
    held.clear()
    heldChars = 0
  }

  /** An output has one piece unless it is large, and is written once: there are no later pieces to remove. */
  function writeOutput(path: string, json: string): void {
    if (json.length > CHUNK_CHARS) {
      held.delete(path)
      writeText(sql, path, json)
      return
    }
    held.set(path, json)
    heldChars += json.length
    if (heldChars > MOST_HELD_CHARS) writeHeld()
  }

  let lastOutboxId: number | null = null
  /** Never used again while a delivery may be under way that will remove the row of this id. */
  function pushOutbox(kind: string, body: Json, nextAt: number): void {
    lastOutboxId ??= sql.exec<{ id: number }>('SELECT coalesce(max(id), 0) AS id FROM outbox').one().id
    sql.exec(
      'INSERT INTO outbox (id, kind, body, next_at) VALUES (?, ?, ?, ?)',
      ++lastOutboxId,
      kind,
      JSON.stringify(body),
      nextAt,
    )
  }

  return {
    exists,
    readMeta,
    writeMeta,

    create(spec: RunSpec): void {
      sql.exec(SCHEMA)
      lastOutboxId = 0
      writeMeta('schema', String(SCHEMA_VERSION))
      writeText(sql, '$spec', JSON.stringify(spec))
    },

    readSpec: (): RunSpec => JSON.parse(readText(sql, '$spec') ?? 'null') as RunSpec,

    writeTurn(turn: {
      run: RunRow
      activations: Iterable<Activation>
      regions: Iterable<RegionState>
      events: readonly RunEvent[]
    }): void {
      writeHeld()
      insert(
        'INSERT INTO events (seq, event) VALUES',
        turn.events.map((event) => [event.seq, JSON.stringify(event)]),
      )
      write([
        ...Array.from(
          turn.activations,
          (one) => ['node', one.path, JSON.stringify(one)] as [Kind, string, string],
        ),
        ...Array.from(
          turn.regions,
          (one) => ['region', one.key, JSON.stringify(one)] as [Kind, string, string],
        ),
        ['meta', 'run', JSON.stringify(turn.run)],
      ])
    },

    readState: (): StoredRun => ({
      run: JSON.parse(readMeta('run') ?? 'null') as RunRow,
      activations: parsed<Activation>('node'),
      regions: parsed<RegionState>('region'),
      adopted: parsed<AdoptedOutcome>('adopted'),
      signals: readAll('signal')
        .map(({ key, value }) => [Number(key), value] as const)
        .sort(([a], [b]) => a - b),
    }),

    writeAdopted: (outcomes: readonly AdoptedOutcome[]): void =>
      write(outcomes.map((outcome) => ['adopted', outcome.path, JSON.stringify(outcome)])),

    readEvents(afterSeq: number, limit: number): { seq: number; event: string }[] {
      return sql
        .exec<{ seq: number; event: string }>(
          'SELECT seq, event FROM events WHERE seq > ? ORDER BY seq LIMIT ?',
          afterSeq,
          limit,
        )
        .toArray()
    },

    /** What was told of one activation: the newest, in order. A path holds nothing that JSON would escape. */
    readEventsOf: (path: string, limit: number): RunEvent[] =>
      sql
        .exec<{ event: string }>(
          'SELECT event FROM events WHERE instr(event, ?) > 0 OR instr(event, ?) > 0 ORDER BY seq DESC LIMIT ?',
          `"path":"${path}"`,
          `"key":"${path}"`,
          limit,
        )
        .toArray()
        .map(({ event }) => JSON.parse(event) as RunEvent)
        .filter((event) => ('path' in event ? event.path : 'key' in event ? event.key : undefined) === path)
        .reverse(),

    writeOutput,
    readOutput: (path: string): string | null => held.get(path) ?? readText(sql, path),
    outputChars: (path: string): number =>
      held.get(path)?.length ??
      sql.exec<{ n: number | null }>('SELECT sum(length(data)) AS n FROM outputs WHERE path = ?', path).one()
        .n ??
      0,

    writeSignal(seq: number, name: string, id: string | null, data: Json): void {
      write([
        ['signal', String(seq), name],
        ['signal.data', String(seq), JSON.stringify(data)],
      ])
      if (id !== null) write([['signal.id', id, String(seq)]])
    },
    /** Only its id is kept, so that the same signal sent again is still known. */
    takeSignal(seq: number): void {
      remove('signal', String(seq))
      remove('signal.data', String(seq))
    },
    hasSignal: (id: string): boolean => read('signal.id', id) !== null,
    readSignal(seq: number): Json | undefined {
      const data = read('signal.data', String(seq))
      return data === null ? undefined : (JSON.parse(data) as Json)
    },

    hasEvent: (id: string): boolean => read('event.id', id) !== null,
    writeEventId: (id: string): void => write([['event.id', id, '']]),

    hasDescendant: (runId: string): boolean => read('descendant', runId) !== null,
    countDescendants: (): number => Number(readMeta(DESCENDANTS) ?? '0'),
    addDescendant(runId: string): void {
      write([
        ['descendant', runId, ''],
        ['meta', DESCENDANTS, String(Number(readMeta(DESCENDANTS) ?? '0') + 1)],
      ])
    },
    removeDescendant(runId: string): void {
      if (read('descendant', runId) === null) return
      remove('descendant', runId)
      writeMeta(DESCENDANTS, String(Number(readMeta(DESCENDANTS) ?? '0') - 1))
    },

    writeWait: (wait: StoredWait): void => write([['wait', wait.path, JSON.stringify(wait)]]),
    readWait(path: string): StoredWait | null {
      const row = read('wait', path)
      return row === null ? null : (JSON.parse(row) as StoredWait)
    },
    readWaits: (): StoredWait[] => parsed<StoredWait>('wait'),

    writeChild: (path: string, child: StoredChild): void => write([['child', path, JSON.stringify(child)]]),
    readChild(path: string): StoredChild | null {
      const row = read('child', path)
      return row === null ? null : (JSON.parse(row) as StoredChild)
    },

    pushOutbox,
    /** Of reports to the index only the newest is worth sending. */
    replaceOutbox(kind: string, body: Json, nextAt: number): void {
      if (lastOutboxId !== 0) sql.exec('DELETE FROM outbox WHERE kind = ?', kind)
      pushOutbox(kind, body, nextAt)
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
