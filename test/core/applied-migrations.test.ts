// Whether a start has migrations to apply is read from the database's file.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hasAllMigrations } from '../../scripts/server/migrate.ts'

const FILE = `${'a'.repeat(64)}.sqlite`
const both = ['0001_a.sql', '0002_b.sql'].map((name) => ({ name, statements: [] }))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orrery-migrated-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A database in which these migrations were applied, still open. */
function applied(names: string[]): DatabaseSync {
  const database = new DatabaseSync(join(folder, FILE))
  database.exec('PRAGMA journal_mode = wal; CREATE TABLE d1_migrations (name TEXT)')
  for (const name of names) database.prepare('INSERT INTO d1_migrations VALUES (?)').run(name)
  return database
}

test('all are applied only if the file lists each of them', () => {
  expect(hasAllMigrations(folder, both)).toBe(false)
  const database = applied(['0001_a.sql'])
  database.close()
  expect(hasAllMigrations(folder, both)).toBe(false)
  expect(hasAllMigrations(folder, both.slice(0, 1))).toBe(true)
})

test('what a killed runtime left in the log of the database counts', () => {
  const database = applied(['0001_a.sql', '0002_b.sql'])
  const killed = mkdtempSync(join(tmpdir(), 'orrery-migrated-'))
  try {
    for (const end of ['', '-wal']) copyFileSync(join(folder, FILE + end), join(killed, FILE + end))
    expect(hasAllMigrations(killed, both)).toBe(true)
  } finally {
    database.close()
    rmSync(killed, { recursive: true, force: true })
  }
})

test('a file that cannot be read, or one of several, says nothing', () => {
  applied(both.map(({ name }) => name)).close()
  const other = join(folder, `${'b'.repeat(64)}.sqlite`)
  writeFileSync(other, 'x')
  expect(hasAllMigrations(folder, both)).toBe(false)
  rmSync(other)
  expect(hasAllMigrations(folder, both)).toBe(true)
  writeFileSync(join(folder, FILE), 'x'.repeat(5_000))
  expect(hasAllMigrations(folder, both)).toBe(false)
})
