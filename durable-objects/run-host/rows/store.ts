// The stored data of one run. Invariants:
// 1. Everything that a turn changes is written in one synchronous block, so it commits together or not at all. Small
//    outputs are buffered until `writeTurn`, which ends each such block; they can be read in the meantime.
// 2. An output is stored once, under the path of its activation. No row is larger than SQLite allows in production.
// 3. While a run starts, its rows are in memory. `settle` ends that: a run that has ended by then is kept as one row,
//    any other goes to the tables. A later write to a run in one row moves it to the tables first.
import type { Json } from '../../../src/core/json.ts'
import type { AdoptedOutcome } from '../../../src/engine/model/event.ts'
import type { Activation, RegionState, RunRow } from '../../../src/engine/model/state.ts'
import type { StoredRun } from '../../../src/engine/resume/restore.ts'
import type { RunSpec } from '../../../src/objects/run-spec.ts'
import { type LogEntry, type NumberedEvent, openEventLog } from './event-log.ts'
import { pack, unpack } from './packed.ts'
import { SMALL_OUTPUT_CHARS } from './pieces.ts'
import {
  type Kind,
  type MemoryRows,
  memoryRows,
  type Row,
  type RunRows,
  type TableRows,
  tableRows,
} from './run-rows.ts'
import type { HostTables, RunEntry } from './tables.ts'

const SCHEMA_VERSION = 1
const DESCENDANTS = 'descendants'
const SPEC = '$spec'

/** How much a starting run may keep in memory. */
const MAX_MEMORY_CHARS = 1024 * 1024

export type StoredWait = {
  path: string
  attempt: number
  approvalId: string | null
  since: number
  detail: Json
  decisions: Json[]
  /** Whether the index of event waits has this wait. Missing in rows of older code, which did not report them. */
  listed?: boolean
}

/** The run that a node has started and waits for, in the attempt after this many failures. */
export type StoredChild = {
  runId: string
  failures: number
  /** The run that it continues. */
  follows?: string
}

export type OutboxRow = { id: number; kind: string; body: Json; attempts: number; nextAt: number }

export type RunStore = ReturnType<typeof openStore>

/** `entry` is null for a new run. */
export function openStore(tables: HostTables, n: number, id: string, entry: Pick<RunEntry, 'body'> | null) {
  const { sql } = tables
  /** A run in `one_row` is moved to the tables before it is changed. */
  let kept: 'not_yet' | 'one_row' | 'tables' =
    entry === null ? 'not_yet' : entry.body === null ? 'tables' : 'one_row'
  let memory: MemoryRows | null = entry === null ? memoryRows() : null
  let inTables: TableRows | null = kept === 'tables' ? tableRows(sql, n) : null

  /** A body that cannot be read fails the first read, not the opening of the store. */
  const inMemory = (): MemoryRows => {
    memory ??= memoryRows(entry?.body == null ? null : unpack(entry.body))
    return memory
  }
  const rows = (): RunRows => inTables ?? inMemory()

  function toTables(): TableRows {
    if (inTables !== null) return inTables
    const target = tableRows(sql, n)
    const rowsInMemory = inMemory()
    if (kept === 'not_yet') sql.exec("INSERT INTO runs (n, id, state) VALUES (?, ?, 'kept')", n, id)
    else sql.exec('UPDATE runs SET body = NULL WHERE n = ?', n)
    rowsInMemory.copyTo(target)
    memory = null
    inTables = target
    kept = 'tables'
    return target
  }

  /** Returns the rows for a change. */
  function changed(): RunRows {
    if (kept === 'one_row' || (memory !== null && memory.chars() > MAX_MEMORY_CHARS)) return toTables()
    return rows()
  }

  const log = openEventLog(rows)
  const read = (kind: Kind, key: string): string | null => rows().read(kind, key)
  const parsed = <T>(kind: Kind): T[] =>
    rows()
      .readAll(kind)
      .map(({ value }) => JSON.parse(value) as T)
  const remove = (kind: Kind, key: string): void => changed().remove(kind, key)
  const readMeta = (key: string): string | null => read('meta', key)
  const writeMeta = (key: string, value: string): void => changed().write([['meta', key, value]])

  function pushOutbox(kind: string, body: Json, nextAt: number): void {
    sql.exec(
      'INSERT INTO outbox (id, run, kind, body, next_at) VALUES (?, ?, ?, ?, ?)',
      ...[tables.nextOutboxId(), n, kind, JSON.stringify(body), nextAt],
    )
  }

  return {
    exists: (): boolean => kept !== 'not_yet',
    readMeta,
    writeMeta,

    create(spec: RunSpec): void {
      writeMeta('schema', String(SCHEMA_VERSION))
      changed().writeOutput(SPEC, JSON.stringify(spec))
    },

    /** Ends the turns of a start. */
    settle(hasEnded: boolean): void {
      if (memory === null || kept !== 'not_yet') return
      const body = hasEnded && memory.chars() <= SMALL_OUTPUT_CHARS / 2 ? memory.toBody() : null
      if (body === null || body.length > SMALL_OUTPUT_CHARS) {
        toTables()
        return
      }
      sql.exec("INSERT INTO runs (n, id, state, body) VALUES (?, ?, 'kept', ?)", n, id, pack(body))
      kept = 'one_row'
    },

    readSpec: (): RunSpec => JSON.parse(rows().readOutput(SPEC) ?? 'null') as RunSpec,

    writeTurn(turn: {
      run: RunRow
      activations: Iterable<Activation>
      regions: Iterable<RegionState>
      events: readonly LogEntry[]
    }): NumberedEvent[] {
      const target = changed()
      target.flush()
      const newest = log.append(target, turn.events)
      target.write([
        ...Array.from(turn.activations, (one): Row => ['node', one.path, JSON.stringify(one)]),
        ...Array.from(turn.regions, (one): Row => ['region', one.key, JSON.stringify(one)]),
        ['meta', 'run', JSON.stringify(turn.run)],
      ])
      return newest
    },

    readState: (): StoredRun => ({
      run: JSON.parse(readMeta('run') ?? 'null') as RunRow,
      activations: parsed<Activation>('node'),
      regions: parsed<RegionState>('region'),
      adopted: parsed<AdoptedOutcome>('adopted'),
      signals: rows()
        .readAll('signal')
        .map(({ key, value }) => [Number(key), value] as const)
        .sort(([a], [b]) => a - b),
    }),

    writeAdopted: (outcomes: readonly AdoptedOutcome[]): void =>
      changed().write(outcomes.map((outcome) => ['adopted', outcome.path, JSON.stringify(outcome)])),

    readEvents: log.page,
    lastEvent: log.last,
    readEventsOf: log.ofPath,

    writeOutput: (path: string, json: string): void => changed().writeOutput(path, json),
    /** A value that is written before the turn that accepts it. `writeReference` makes it the output of a path. */
    writePiece: (path: string, chunk: number, data: string): void => toTables().writePiece(path, chunk, data),
    writeReference: (path: string, to: string): void => toTables().writeReference(path, to),
    removeOutput: (path: string): void => toTables().removeOutput(path),
    readOutput: (path: string): string | null => rows().readOutput(path),
    outputChars: (path: string): number => rows().outputChars(path),

    writeSignal(seq: number, name: string, id: string | null, data: Json): void {
      const target = changed()
      target.write([
        ['signal', String(seq), name],
        ['signal.data', String(seq), JSON.stringify(data)],
      ])
      if (id !== null) target.write([['signal.id', id, String(seq)]])
    },
    /** Keeps the id of the signal, so that a repeated signal is recognized. */
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
    writeEventId: (id: string): void => changed().write([['event.id', id, '']]),

    hasDescendant: (runId: string): boolean => read('descendant', runId) !== null,
    countDescendants: (): number => Number(readMeta(DESCENDANTS) ?? '0'),
    addDescendant(runId: string): void {
      changed().write([
        ['descendant', runId, ''],
        ['meta', DESCENDANTS, String(Number(readMeta(DESCENDANTS) ?? '0') + 1)],
      ])
    },
    removeDescendant(runId: string): void {
      if (read('descendant', runId) === null) return
      remove('descendant', runId)
      writeMeta(DESCENDANTS, String(Number(readMeta(DESCENDANTS) ?? '0') - 1))
    },

    writeWait: (wait: StoredWait): void => changed().write([['wait', wait.path, JSON.stringify(wait)]]),
    readWait(path: string): StoredWait | null {
      const row = read('wait', path)
      return row === null ? null : (JSON.parse(row) as StoredWait)
    },
    readWaits: (): StoredWait[] => parsed<StoredWait>('wait'),

    writeChild: (path: string, child: StoredChild): void =>
      changed().write([['child', path, JSON.stringify(child)]]),
    readChild(path: string): StoredChild | null {
      const row = read('child', path)
      return row === null ? null : (JSON.parse(row) as StoredChild)
    },

    /** Hubs that the events are sent to. */
    readRelays: (): string[] =>
      rows()
        .readAll('relay')
        .map(({ key }) => key),
    writeRelay: (hub: string): void => changed().write([['relay', hub, '']]),
    removeRelay: (hub: string): void => remove('relay', hub),

    /** Requests a report to the index. Replaces an earlier request. */
    writeUnreported(nextAt: number): void {
      sql.exec(
        'INSERT OR REPLACE INTO unreported (run, version, next_at) VALUES (?, ?, ?)',
        ...[n, tables.nextVersion(), nextAt],
      )
    },

    pushOutbox,
    /** Keeps only the newest message of this kind. */
    replaceOutbox(kind: string, body: Json, nextAt: number): void {
      sql.exec('DELETE FROM outbox WHERE run = ? AND kind = ?', n, kind)
      pushOutbox(kind, body, nextAt)
    },
    readOutbox: (): OutboxRow[] =>
      sql
        .exec<{ id: number; kind: string; body: string; attempts: number; next_at: number }>(
          'SELECT id, kind, body, attempts, next_at FROM outbox WHERE run = ? ORDER BY id',
          n,
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
