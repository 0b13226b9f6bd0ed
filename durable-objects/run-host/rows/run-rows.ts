// Where the rows of one run are: in the tables of its host, or in memory while the run starts and if it is kept as
// one row.
import { piecesOf, SMALL_OUTPUT_CHARS } from './pieces.ts'

export type Kind =
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
  | 'relay'

export type Row = [kind: Kind, key: string, value: string]
/** `number` is the number of the newest event for clients at this row. Its column is still called `told`. */
export type EventRow = { seq: number; event: string; number: number; progress: number }

export type RunRows = {
  read(kind: Kind, key: string): string | null
  readAll(kind: Kind): { key: string; value: string }[]
  write(rows: readonly Row[]): void
  remove(kind: Kind, key: string): void
  addEvents(events: readonly EventRow[]): void
  /** Zeros if there are none. */
  lastEvent(): Pick<EventRow, 'seq' | 'number'>
  numberAt(seq: number): number
  eventsFrom(seq: number): Iterable<EventRow>
  /** The newest first: events that contain one of these texts. */
  findEvents(texts: readonly [string, string], limit: number): string[]
  writeOutput(path: string, json: string): void
  readOutput(path: string): string | null
  outputChars(path: string): number
  /** Writes what is buffered until the end of a turn. */
  flush(): void
}

/** The pieces of an output: those under its path, or those that its path refers to. */
const FROM_OUTPUT = `FROM outputs WHERE run = ?1 AND path =
  coalesce((SELECT data FROM outputs WHERE run = ?1 AND path = ?2 AND chunk = ?3), ?2)`

/** A statement has at most 100 parameters. */
const MAX_PARAMS = 100
/** Outputs are buffered until the end of a turn, up to this size. */
const MAX_HELD_CHARS = 256 * 1024

/** The chunk number of a row whose data is the path that the value is stored under. */
const REFERENCE = -1

export type TableRows = RunRows & {
  /** One of the pieces of a value (`piecesOf`). The first one replaces what was stored under the path. */
  writePiece(path: string, chunk: number, data: string): void
  /** The value of a path is the one that is stored under another path. */
  writeReference(path: string, to: string): void
  removeOutput(path: string): void
}

export function tableRows(sql: SqlStorage, n: number): TableRows {
  const held = new Map<string, string>()
  let heldChars = 0

  /** With as few statements as possible. */
  function insert(head: string, rows: (string | number)[][]): void {
    const size = Math.floor(MAX_PARAMS / (rows[0]?.length ?? 1))
    for (let at = 0; at < rows.length; at += size) {
      const some = rows.slice(at, at + size)
      const places = some.map((row) => `(${row.map(() => '?').join(', ')})`)
      sql.exec(`${head} ${places.join(', ')}`, ...some.flat())
    }
  }

  function flush(): void {
    if (held.size === 0) return
    insert(
      'INSERT OR REPLACE INTO outputs (run, path, chunk, data) VALUES',
      Array.from(held, ([path, json]) => [n, path, 0, json]),
    )
    held.clear()
    heldChars = 0
  }

  function removeOutput(path: string): void {
    sql.exec('DELETE FROM outputs WHERE run = ? AND path = ?', n, path)
  }

  function writePiece(path: string, chunk: number, data: string): void {
    if (chunk === 0) removeOutput(path)
    sql.exec('INSERT INTO outputs (run, path, chunk, data) VALUES (?, ?, ?, ?)', n, path, chunk, data)
  }

  return {
    read: (kind, key) =>
      sql
        .exec<{ value: string }>(
          'SELECT value FROM rows WHERE run = ? AND kind = ? AND key = ?',
          n,
          kind,
          key,
        )
        .toArray()[0]?.value ?? null,
    readAll: (kind) =>
      sql
        .exec<{ key: string; value: string }>(
          'SELECT key, value FROM rows WHERE run = ? AND kind = ?',
          n,
          kind,
        )
        .toArray(),
    write: (rows) =>
      insert(
        'INSERT OR REPLACE INTO rows (run, kind, key, value) VALUES',
        rows.map((row) => [n, ...row]),
      ),
    remove(kind, key) {
      sql.exec('DELETE FROM rows WHERE run = ? AND kind = ? AND key = ?', n, kind, key)
    },
    addEvents: (events) =>
      insert(
        'INSERT INTO events (run, seq, event, told, progress) VALUES',
        events.map(({ seq, event, number, progress }) => [n, seq, event, number, progress]),
      ),
    lastEvent: () =>
      sql
        .exec<EventRow>('SELECT seq, told AS number FROM events WHERE run = ? ORDER BY seq DESC LIMIT 1', n)
        .toArray()[0] ?? { seq: 0, number: 0 },
    numberAt: (seq) =>
      sql.exec<EventRow>('SELECT told AS number FROM events WHERE run = ? AND seq = ?', n, seq).one().number,
    eventsFrom: (seq) =>
      sql.exec<EventRow>(
        'SELECT seq, event, told AS number, progress FROM events WHERE run = ? AND seq >= ? ORDER BY seq',
        n,
        seq,
      ),
    findEvents: ([one, other], limit) =>
      sql
        .exec<{ event: string }>(
          `SELECT event FROM events WHERE run = ? AND (instr(event, ?) > 0 OR instr(event, ?) > 0)
           ORDER BY seq DESC LIMIT ?`,
          ...[n, one, other, limit],
        )
        .toArray()
        .map(({ event }) => event),
    /** Only large outputs have more than one piece. An output is written once, so there are no old pieces to remove. */
    writeOutput(path, json) {
      if (json.length > SMALL_OUTPUT_CHARS) {
        held.delete(path)
        let chunk = 0
        for (const piece of piecesOf(json)) writePiece(path, chunk++, piece)
        return
      }
      held.set(path, json)
      heldChars += json.length
      if (heldChars > MAX_HELD_CHARS) flush()
    },
    readOutput(path) {
      const known = held.get(path)
      if (known !== undefined) return known
      const pieces = sql
        .exec<{ data: string }>(`SELECT data ${FROM_OUTPUT} ORDER BY chunk`, n, path, REFERENCE)
        .toArray()
      return pieces.length === 0 ? null : pieces.map(({ data }) => data).join('')
    },
    outputChars: (path) =>
      held.get(path)?.length ??
      sql.exec<{ n: number | null }>(`SELECT sum(length(data)) AS n ${FROM_OUTPUT}`, n, path, REFERENCE).one()
        .n ??
      0,
    writePiece,
    writeReference: (path, to) => writePiece(path, REFERENCE, to),
    removeOutput,
    flush,
  }
}

export type MemoryRows = RunRows & {
  /** The approximate size of the body. */
  chars(): number
  toBody(): string
  copyTo(rows: RunRows): void
}

type Body = {
  rows: Row[]
  events: [event: string, number: number, progress: number][]
  outputs: [path: string, json: string][]
}

export function memoryRows(body: string | null = null): MemoryRows {
  const kinds = new Map<Kind, Map<string, string>>()
  const events: EventRow[] = []
  const outputs = new Map<string, string>()
  let chars = 0

  const kindOf = (kind: Kind): Map<string, string> => {
    const known = kinds.get(kind)
    if (known !== undefined) return known
    const made = new Map<string, string>()
    kinds.set(kind, made)
    return made
  }

  if (body !== null) {
    const stored = JSON.parse(body) as Body
    for (const [kind, key, value] of stored.rows) kindOf(kind).set(key, value)
    for (const [event, number, progress] of stored.events)
      events.push({ seq: events.length + 1, event, number, progress })
    for (const [path, json] of stored.outputs) outputs.set(path, json)
    chars = body.length
  }

  const allRows = (): Row[] =>
    [...kinds].flatMap(([kind, rows]) => Array.from(rows, ([key, value]): Row => [kind, key, value]))

  return {
    read: (kind, key) => kinds.get(kind)?.get(key) ?? null,
    readAll: (kind) => Array.from(kinds.get(kind) ?? [], ([key, value]) => ({ key, value })),
    write(rows) {
      for (const [kind, key, value] of rows) {
        kindOf(kind).set(key, value)
        chars += value.length
      }
    },
    remove: (kind, key) => void kinds.get(kind)?.delete(key),
    addEvents(more) {
      for (const one of more) {
        events.push(one)
        chars += one.event.length
      }
    },
    // `seq` has no gaps, so it gives the index of an event.
    lastEvent: () => events.at(-1) ?? { seq: 0, number: 0 },
    numberAt: (seq) => events[seq - 1]?.number ?? 0,
    eventsFrom: (seq) => events.slice(seq - 1),
    findEvents: ([one, other], limit) =>
      events
        .filter(({ event }) => event.includes(one) || event.includes(other))
        .slice(-limit)
        .reverse()
        .map(({ event }) => event),
    writeOutput(path, json) {
      outputs.set(path, json)
      chars += json.length
    },
    readOutput: (path) => outputs.get(path) ?? null,
    outputChars: (path) => outputs.get(path)?.length ?? 0,
    flush: () => undefined,
    chars: () => chars,
    toBody: () =>
      JSON.stringify({
        rows: allRows(),
        events: events.map(({ event, number, progress }) => [event, number, progress]),
        outputs: [...outputs],
      } satisfies Body),
    copyTo(rows) {
      rows.write(allRows())
      rows.addEvents(events)
      for (const [path, json] of outputs) rows.writeOutput(path, json)
      rows.flush()
    },
  }
}
