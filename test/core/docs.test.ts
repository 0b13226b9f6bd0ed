// Files, settings, scripts and tables in the docs exist, and existing ones are documented.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { is } from 'drizzle-orm'
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import { inRoot } from '../../scripts/server/paths.ts'
import * as schema from '../../src/db/schema/index.ts'
import { SETTING_NAMES } from '../../src/env.ts'
import { QueueMessage } from '../../src/queue/messages/index.ts'

const read = (path: string): string => readFileSync(inRoot(path), 'utf8')
const DOCUMENTS = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...readdirSync(inRoot('docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

test.each(DOCUMENTS)('every link in %s to a file leads to an existing file', (document) => {
  const links = [...read(document).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, to = '']) => to)
  const broken = links.filter(
    (to) => !/^[a-z]+:/.test(to) && !existsSync(inRoot(dirname(document), decodeURIComponent(to))),
  )
  expect(broken).toEqual([])
})

test('every file in the table of SECURITY.md exists', () => {
  const named = [...read('docs/SECURITY.md').matchAll(/`([\w./-]+\/|[\w./-]+\.ts)`/g)].map(
    ([, path = '']) => path,
  )
  expect(named.length).toBeGreaterThan(50)
  expect(
    named.filter((path) => !['', 'src', 'test'].some((folder) => existsSync(inRoot(join(folder, path))))),
  ).toEqual([])
})

test('the tree in ARCHITECTURE names every folder, and fits one screen', () => {
  const [, tree = ''] = /## Layout\n\n```text\n([\s\S]*?)```/.exec(read('docs/ARCHITECTURE.md')) ?? []
  const lines = tree.trimEnd().split('\n')
  expect(lines.length).toBeLessThanOrEqual(50)
  expect(lines.filter((line) => line.length > 120)).toEqual([])
  const foldersIn = (path: string): string[] =>
    readdirSync(inRoot(path), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
  const atTop = foldersIn('.').filter((name) => !/^\.|^(node_modules|dist)$/.test(name))
  const folders = [
    'src',
    'src/modules',
    'src/engine',
    'src/nodes',
    'src/providers',
    'durable-objects',
  ].flatMap(foldersIn)
  expect(folders.length).toBeGreaterThan(50)
  const names = new Set(tree.match(/[a-z][a-z0-9-]*/g))
  expect([...atTop, ...folders].filter((name) => !names.has(name))).toEqual([])
})

test('the README contains every setting and every script', () => {
  const readme = read('README.md')
  expect(SETTING_NAMES.filter((name) => !readme.includes(`\`${name}\``))).toEqual([])
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const commands = Object.keys(scripts).map((name) =>
    name === 'start' || name === 'test' ? name : `run ${name}`,
  )
  expect(commands.filter((command) => !readme.includes(`npm ${command}`))).toEqual([])
})

test('STORAGE.md contains every table and every message', () => {
  const storage = read('docs/STORAGE.md')
  const tables = (Object.values(schema) as unknown[])
    .filter((one) => is(one, SQLiteTable))
    .map((table) => getTableConfig(table).name)
  const messages = QueueMessage.options.map((option) => option.shape.type.value)
  expect(tables.length).toBeGreaterThan(20)
  expect([...tables, ...messages].filter((name) => !storage.includes(`| \`${name}\` |`))).toEqual([])
})
