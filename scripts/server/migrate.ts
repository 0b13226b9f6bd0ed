// Applies migrations like wrangler and uses wrangler's table, so that both work on the same state. A migration and its record are one batch: after
// a kill, both exist or neither.
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
