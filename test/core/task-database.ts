// The tables of tasks with their triggers, in SQLite in this process: fast enough for thousands of sequences.
import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { inRoot } from '../../scripts/server/paths.ts'
import type { Statement } from '../../src/db/statement.ts'

type Row = Record<string, string | number | null>

export const TEAM = 'team_model'

export type TaskDatabase = {
  /** How many rows it has changed. */
  run: (statement: Statement) => number
  rows: <R extends Row>(sql: string, ...params: (string | number | null)[]) => R[]
  /** Deletes all tasks and runs. */
  clear: () => void
}

export function openTaskDatabase(): TaskDatabase {
  const db = new DatabaseSync(':memory:')
  for (const name of readdirSync(inRoot('migrations'))
    .filter((one) => one.endsWith('.sql'))
    .sort())
    db.exec(readFileSync(inRoot('migrations', name), 'utf8'))
  db.exec('PRAGMA foreign_keys = OFF')
  db.prepare(
    `INSERT INTO teams (id, name, owner_id, created_at, updated_at) VALUES (?, 'x', 'usr_x', 1, 1)`,
  ).run(TEAM)
  const prepared = new Map<string, ReturnType<typeof db.prepare>>()
  const of = (sql: string) => {
    const known = prepared.get(sql) ?? db.prepare(sql)
    prepared.set(sql, known)
    return known
  }
  return {
    run: (statement) => {
      const { sql, params } = statement.toSQL()
      const one = of(sql)
      const values = params as (string | number | null)[]
      return /\bRETURNING\b/i.test(sql) ? one.all(...values).length : Number(one.run(...values).changes)
    },
    rows: <R extends Row>(sql: string, ...params: (string | number | null)[]) =>
      of(sql).all(...params) as R[],
    clear: () =>
      db.exec(
        'DELETE FROM task_dependencies; DELETE FROM tasks; DELETE FROM runs; DELETE FROM task_changes; DELETE FROM task_counts; DELETE FROM task_days',
      ),
  }
}
