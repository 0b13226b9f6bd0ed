// Applies what wrangler would, into wrangler's own table, so that either may be used on the same state. A migration and
// the note that it is done are one batch: a kill leaves both or neither.
import type { Migration } from './bundle.ts'
import type { Database } from './database.ts'

const TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`

export async function applyMigrations(database: Database, migrations: Migration[]): Promise<string[]> {
  const [, rows = []] = await database.batch([{ sql: TABLE }, { sql: 'SELECT name FROM d1_migrations' }])
  const applied = new Set(rows.map((row) => row.name))
  const missing = migrations.filter((migration) => !applied.has(migration.name))
  for (const { name, statements } of missing) {
    const done = { sql: 'INSERT INTO d1_migrations (name) VALUES (?)', params: [name] }
    await database.batch([...statements.map((sql) => ({ sql })), done]).catch((error: Error) => {
      throw new Error(`The migration ${name} failed, and nothing of it was kept: ${error.message}`)
    })
  }
  return missing.map((migration) => migration.name)
}
