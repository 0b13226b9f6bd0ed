// Our implementation of D1 returns the same as Miniflare's, on the same files: each query is sent to both.
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { d1Bindings } from '../../scripts/server/d1/plugin.ts'
import { forget, newStateDir } from './installation.ts'

const SCRIPT = `
const errorOf = (error) => ({ error: String(error?.message ?? error) })
const steady = (result) => {
  if (result?.meta) {
    const { changes, last_row_id, changed_db, rows_read, rows_written } = result.meta
    // The bookmarks that one of the two writes are rows as well: they appear in the last row of a read and in the
    // schema.
    if (changes === 0) return { ...result, meta: { changes, changed_db, rows_written } }
    return { ...result, meta: { changes, last_row_id, changed_db, rows_read, rows_written } }
  }
  return result
}
const bytes = (value) => Array.isArray(value) && value.every((part) => typeof part === 'number')
export default {
  async fetch(request, { DB }) {
    const { how, statements, column } = await request.json()
    const prepare = ({ sql, params = [] }) =>
      DB.prepare(sql).bind(...params.map((param) => (param?.bytes ? new Uint8Array(param.bytes) : param)))
    try {
      if (how === 'batch') return Response.json((await DB.batch(statements.map(prepare))).map(steady))
      if (how === 'exec') return Response.json((await DB.exec(statements[0].sql)).count)
      if (how === 'session') {
        const session = DB.withSession('first-primary')
        const result = await session.prepare(statements[0].sql).all()
        return Response.json([steady(result), typeof session.getBookmark()])
      }
      const result = await prepare(statements[0])[how](column)
      return Response.json(how === 'all' || how === 'run' ? steady(result) : result)
    } catch (error) {
      return Response.json(errorOf(error))
    }
  },
}`

type Statement = { sql: string; params?: unknown[] }
type Question = { how: string; statements: Statement[]; column?: string }

const one = (how: string, sql: string, ...params: unknown[]): Question => ({
  how,
  statements: [{ sql, params }],
})
const batch = (...statements: Statement[]): Question => ({ how: 'batch', statements })

const QUESTIONS: Record<string, Question> = {
  'a schema': batch(
    {
      sql: 'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, age REAL, picture BLOB)',
    },
    {
      sql: 'CREATE TABLE pets (id TEXT PRIMARY KEY, owner INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE)',
    },
  ),
  'an insert': one('run', 'INSERT INTO people (name, age) VALUES (?, ?)', 'Ada', 36.5),
  'an insert that gives back': one('all', 'INSERT INTO people (name) VALUES (?1) RETURNING *', 'Zoë ☃ 🜁'),
  bytes: one('all', 'INSERT INTO people (name, picture) VALUES (?, ?) RETURNING picture', 'Pic', {
    bytes: [0, 1, 255],
  }),
  'all kinds of value': one(
    'all',
    "SELECT 1 AS i, 1.5 AS r, NULL AS n, ? AS t, 9007199254740991 AS big, x'00ff' AS b",
    'x',
  ),
  'two columns of one name': one('raw', 'SELECT 1 AS a, 2 AS a'),
  'rows as arrays': one('raw', 'SELECT id, name FROM people ORDER BY id'),
  'a first row': one('first', 'SELECT * FROM people ORDER BY id'),
  'no first row': one('first', 'SELECT * FROM people WHERE id = ?', 404),
  'one column of the first row': { ...one('first', 'SELECT name FROM people ORDER BY id'), column: 'name' },
  'a column that is not there': { ...one('first', 'SELECT name FROM people'), column: 'nothing' },
  'an update of nothing': one('run', 'UPDATE people SET age = 1 WHERE id = ?', 404),
  'an update of all': one('run', 'UPDATE people SET age = age + 1'),
  'a batch': batch(
    { sql: 'INSERT INTO pets VALUES (?, ?)', params: ['rex', 1] },
    { sql: 'UPDATE people SET name = name WHERE id = 1' },
    { sql: 'SELECT changes() AS c' },
    { sql: 'SELECT * FROM pets' },
  ),
  'a batch that fails in its middle': batch(
    { sql: 'INSERT INTO people (name) VALUES (?)', params: ['Rolled back'] },
    { sql: 'INSERT INTO people (name) VALUES (?)', params: ['Ada'] },
  ),
  'what a failed batch leaves': one('all', 'SELECT name FROM people ORDER BY id'),
  'changes after a failed batch': one('run', 'UPDATE people SET age = 2 WHERE id = 1'),
  'a foreign key that points nowhere': one('run', 'INSERT INTO pets VALUES (?, ?)', 'ghost', 404),
  'a NULL where none may stand': one('run', 'INSERT INTO people (name) VALUES (?)', null),
  'a cascade': one('run', 'DELETE FROM people WHERE id = 1'),
  'what a cascade leaves': one('all', 'SELECT count(*) AS n FROM pets'),
  'a syntax error': one('all', 'SELEC 1'),
  'an unknown table': one('all', 'SELECT * FROM nothing'),
  'a column of a changed table, asked before': one('all', 'SELECT * FROM people LIMIT 1'),
  'a change of a table': one('run', 'ALTER TABLE people ADD COLUMN town TEXT'),
  'a column of a changed table, asked after': one('all', 'SELECT * FROM people LIMIT 1'),
  'nothing but a comment': one('all', '  -- nothing'),
  'two statements at once': one('all', 'SELECT 1; SELECT 2'),
  'a transaction by hand': one('run', 'BEGIN'),
  'too few parameters': one('all', 'SELECT ?1, ?2', 'one'),
  'too many parameters': one('all', 'SELECT ?1', 'one', 'two'),
  'lines to execute': {
    how: 'exec',
    statements: [{ sql: "INSERT INTO people (name) VALUES ('E1')\nINSERT INTO people (name) VALUES ('E2')" }],
  },
  'much at once': one(
    'all',
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i, replace(hex(zeroblob(150000)), '0', 'ж') AS text FROM n",
  ),
  'a session': { how: 'session', statements: [{ sql: 'SELECT count(*) AS n FROM people' }] },
  'the plan of a query': one('all', 'EXPLAIN QUERY PLAN SELECT * FROM people WHERE name = ?', 'Ada'),
}

let dir: string
let ours: Miniflare
let theirs: Miniflare

const withDatabase = (folder: string, databases: Record<string, unknown>): Miniflare =>
  new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      resourcePersistencePath: folder,
      workers: [
        { name: 'asks', modules: true, script: SCRIPT, compatibilityDate: '2026-08-01', ...databases },
      ],
    }),
  )

beforeAll(async () => {
  dir = newStateDir()
  ours = withDatabase(`${dir}/ours`, { unsafeBindings: d1Bindings({ DB: { id: 'same' } }, `${dir}/ours/d1`) })
  theirs = withDatabase(`${dir}/theirs`, { d1Databases: { DB: { id: 'same' } } })
  await Promise.all([ours.ready, theirs.ready])
})
afterAll(async () => {
  await Promise.all([ours.dispose(), theirs.dispose()])
  forget(dir)
})

async function ask(miniflare: Miniflare, question: Question): Promise<unknown> {
  const response = await miniflare.dispatchFetch('http://d1/', {
    method: 'POST',
    body: JSON.stringify(question),
  })
  return response.json()
}

test.for(Object.entries(QUESTIONS))('both answer alike: %s', async ([, question]) => {
  expect(await ask(ours, question)).toEqual(await ask(theirs, question))
})

test('each reads what the other has written', async () => {
  await ours.dispose()
  ours = withDatabase(`${dir}/ours`, { d1Databases: { DB: { id: 'same' } } })
  await ours.ready
  const everything = one('all', 'SELECT * FROM people ORDER BY id')
  expect(await ask(ours, everything)).toEqual(await ask(theirs, everything))
})
