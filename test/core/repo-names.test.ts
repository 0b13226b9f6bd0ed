// The names of exported functions in repos follow the table in CONTRIBUTING.md. A new verb belongs in the list only if none of
// the others says the same.
import { expect, test } from 'vitest'
import { readSources } from './sources/read.ts'

const READS = ['find', 'count', 'search', 'has', 'is']
const WRITES = [
  ...['insert', 'update', 'delete', 'upsert', 'guard', 'set', 'clear', 'replace', 'add', 'increment', 'copy'],
  ...['mark', 'record', 'recount', 'apply', 'save', 'discard', 'restore', 'move', 'swap', 'sync', 'merge'],
  // Of several callers, one succeeds.
  ...['claim', 'renew', 'extend', 'release', 'consume'],
  ...[
    'start',
    'restart',
    'complete',
    'fail',
    'cancel',
    'end',
    'close',
    'confirm',
    'settle',
    'seal',
    'requeue',
  ],
  ...['revoke', 'void', 'rotate', 'reset', 'link', 'unlink', 'disable', 'recover', 'postpone', 'ping'],
  // Verbs of tasks and slots.
  ...['hold', 'skip', 'waive', 'explain', 'admit'],
]
/** Makers of values: a part of a statement, a message, a list of the account export, a sorted value. */
const VALUES = /(Sql|Condition|Message|Export|Value|Of)$|^[a-z]+Of[A-Z]/

const EXPORTED = /^export (?:async )?(?:function\*?|const) ([a-z]\w*)/gm

const functions = readSources('src/modules')
  .filter(({ path }) => /\/repo\.ts$|\/repo\/|-repo\.ts$/.test(path))
  .flatMap(({ path, code }) =>
    [...code.matchAll(EXPORTED)].map((match) => {
      const rest = code.slice(match.index + match[0].length)
      return {
        path,
        name: match[1] ?? '',
        signature: rest.slice(0, rest.search(/\)(?::[^=]*)? =>|\n?\)[^\n]*\{\n/)),
      }
    }),
  )

const verbOf = (name: string): string => /^[a-z]+/.exec(name)?.[0] ?? ''

test('exported functions of repos begin with a known verb', () => {
  expect(functions.length).toBeGreaterThan(500)
  const verbs = new Set([...READS, ...WRITES])
  const others = functions.filter(({ name }) => !VALUES.test(name) && !verbs.has(verbOf(name)))
  expect(others.map(({ path, name }) => `${path} ${name}`)).toEqual([])
})

test('every verb of the list is used', () => {
  const used = new Set(functions.map(({ name }) => verbOf(name)))
  expect([...READS, ...WRITES].filter((verb) => !used.has(verb))).toEqual([])
})

test('functions of repos that take the database take it first', () => {
  const wrong = functions.filter(
    ({ signature }) =>
      /\b(?:d1: D1Database|db: Db)\b/.test(signature) && !/^[^(]*\(\s*(?:d1|db): /.test(signature),
  )
  expect(wrong.map(({ path, name }) => `${path} ${name}`)).toEqual([])
})
