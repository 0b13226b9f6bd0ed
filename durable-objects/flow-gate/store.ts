// The tables of a gate. Invariants:
// 1. Memory and tables agree: each decision is written in the block that made it.
// 2. The tables of earlier versions are migrated on load. Values that old code reads and writes keep their meaning.
import { type Gate, type GateChanges, type GateRow, newGate } from '../../src/engine/gate.ts'

const SCHEMA_VERSION = 2

const SCHEMA = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS runs (run_id TEXT PRIMARY KEY, place INTEGER NOT NULL, inside INTEGER NOT NULL, told INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS replaced (run_id TEXT PRIMARY KEY, attempts INTEGER NOT NULL, next_at INTEGER NOT NULL);
`
const TO_VERSION_2 = `
ALTER TABLE runs ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN word INTEGER NOT NULL DEFAULT 0;
`

/** A run that was replaced and does not know it yet. */
export type Replaced = { runId: string; attempts: number; nextAt: number }

/** `told` and `word` are `notified` and `seq` of a `GateRow`. Old code must find its columns, so they keep their names. */
type Row = {
  run_id: string
  place: number
  inside: number
  told: number
  held: number
  again: number
  word: number
}

export function openGateStore(sql: SqlStorage) {
  migrate(sql)

  return {
    load(): Gate {
      const gate = newGate()
      gate.limit = readMeta(sql, 'limit') ?? gate.limit
      for (const row of sql.exec<Row>('SELECT * FROM runs ORDER BY place').toArray()) {
        gate.rows.set(row.run_id, toGateRow(row))
        gate.nextPlace = row.place + 1
      }
      for (const { runId } of readReplaced(sql)) gate.replaced.add(runId)
      return gate
    },

    write(gate: Gate, changes: GateChanges, now: number): void {
      if (readMeta(sql, 'limit') !== gate.limit) writeMeta(sql, 'limit', gate.limit)
      for (const runId of changes.rows) {
        const row = gate.rows.get(runId)
        if (row === undefined) sql.exec('DELETE FROM runs WHERE run_id = ?', runId)
        else writeRow(sql, row)
      }
      for (const runId of changes.replaced) {
        if (gate.replaced.has(runId))
          sql.exec('INSERT INTO replaced (run_id, attempts, next_at) VALUES (?, 0, ?)', runId, now)
        else sql.exec('DELETE FROM replaced WHERE run_id = ?', runId)
      }
    },

    readReplaced: (): Replaced[] => readReplaced(sql),
    delayReplaced(runId: string, nextAt: number): void {
      sql.exec('UPDATE replaced SET attempts = attempts + 1, next_at = ? WHERE run_id = ?', nextAt, runId)
    },
  }
}

function migrate(sql: SqlStorage): void {
  sql.exec(SCHEMA)
  if ((readMeta(sql, 'schema') ?? 1) >= SCHEMA_VERSION) return
  sql.exec(TO_VERSION_2)
  writeMeta(sql, 'schema', SCHEMA_VERSION)
}

const readMeta = (sql: SqlStorage, key: string): number | undefined =>
  sql.exec<{ value: number }>('SELECT value FROM meta WHERE key = ?', key).toArray()[0]?.value

function writeMeta(sql: SqlStorage, key: string, value: number): void {
  sql.exec('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', key, value)
}

const readReplaced = (sql: SqlStorage): Replaced[] =>
  sql
    .exec<{ run_id: string; attempts: number; next_at: number }>('SELECT * FROM replaced ORDER BY next_at')
    .toArray()
    .map(({ run_id, attempts, next_at }) => ({ runId: run_id, attempts, nextAt: next_at }))

const toGateRow = ({ run_id, place, inside, told, held, again, word }: Row): GateRow => ({
  runId: run_id,
  place,
  state: inside === 1 ? 'inside' : held === 1 ? 'held' : 'line',
  notified: told === 1,
  again: again === 1,
  seq: word,
})

function writeRow(sql: SqlStorage, { runId, place, state, notified, again, seq }: GateRow): void {
  sql.exec(
    'INSERT OR REPLACE INTO runs (run_id, place, inside, told, held, again, word) VALUES (?, ?, ?, ?, ?, ?, ?)',
    runId,
    place,
    state === 'inside' ? 1 : 0,
    notified ? 1 : 0,
    state === 'held' ? 1 : 0,
    again ? 1 : 0,
    seq,
  )
}
