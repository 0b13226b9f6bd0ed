// Applies migrations like wrangler and uses wrangler's table, so that both work on the same state. A migration and its record are one batch: after
// a kill, both exist or neither.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Migration } from './bundle.ts'
import type { Database } from './database.ts'

const TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`

const FILE = /^[0-9a-f]{64}\.sqlite$/

export async function applyMigrations(database: Database, migrations: Migration[]): Promise<string[]> {
  const [, rows = []] = await database.batch([{ sql: TABLE }, { sql: 'SELECT name FROM d1_migrations' }])
  const applied = new Set(rows.map((row) => row.name))
  const missing = migrations.filter((migration) => !applied.has(migration.name))
  const failure = await database.batches(
    missing.map(({ name, statements }) => [
      ...statements.map((sql) => ({ sql })),
      { sql: 'INSERT INTO d1_migrations (name) VALUES (?)', params: [name] },
    ]),
  )
  if (failure !== null)
    throw new Error(
      `The migration ${missing[failure.at]?.name} failed, and nothing of it was kept: ${failure.message}`,
    )
  return missing.map((migration) => migration.name)
}

/**
 * Whether the database in this folder of the runtime has all migrations. Reads the file directly, because a runtime takes long to start. No
 * other process may have the file open. Returns false if it cannot be read.
 */
export function hasAllMigrations(folder: string, migrations: Migration[]): boolean {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => FILE.test(name)) : []
  const [file] = files
  if (file === undefined || files.length > 1) return false
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(join(folder, file), { readOnly: true })
    const applied = new Set(
      database
        .prepare('SELECT name FROM d1_migrations')
        .all()
        .map(({ name }) => name),
    )
    return migrations.every(({ name }) => applied.has(name))
  } catch {
    return false
  } finally {
    database?.close()
  }
}
