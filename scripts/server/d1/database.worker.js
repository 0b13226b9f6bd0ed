// D1 on this machine, behind the runtime's own D1 client, on the files and ids that Miniflare uses. Miniflare's stand-in
// takes a new bookmark for each question, which is a write: its reads run at half the rate. Invariants:
// 1. The statements asked for together are one transaction: all or none.
// 2. What is answered is on disk: the object's output gate holds each answer until the commit behind it.
// 3. A session asks for bookmarks and gets them; without one, a read writes nothing.
import { DurableObject } from 'cloudflare:workers'

const MOST_PREPARED = 500

export class D1DatabaseObject extends DurableObject {
  #sql = this.ctx.storage.sql
  #prepared = new Map()
  #counters = this.#sql.prepare('SELECT total_changes() AS changes, last_insert_rowid() AS lastRowId')
  /** What the counters say. Only this object writes, so they stand until a statement has written, or was rolled back. */
  #seen = null

  /** What the client asks by HTTP elsewhere: the body of its answer, and a bookmark if it has asked in a session. */
  async answer({ address, body, inSession }) {
    const asked = JSON.parse(body)
    const asObjects = new URL(address).searchParams.get('resultsFormat') !== 'ROWS_AND_COLUMNS'
    const queries = (Array.isArray(asked) ? asked : [asked]).filter(({ sql }) => hasStatement(sql))
    try {
      if (queries.length === 0) throw new Error('No SQL statements detected.')
      this.#seen ??= this.#look()
      const runAll = () => queries.map(({ sql, params }) => this.#run(sql, params ?? [], asObjects))
      const results = needsTransaction(queries) ? this.ctx.storage.transactionSync(runAll) : runAll()
      const text = JSON.stringify(results)
      if (!inSession) return { text, bookmark: null }
      // A bookmark is a write of the runtime's own, which counts as well.
      this.#seen = null
      return { text, bookmark: await this.ctx.storage.getCurrentBookmark() }
    } catch (error) {
      this.#seen = null
      const text = JSON.stringify({ success: false, error: String(error?.message ?? error) })
      return { text, bookmark: null }
    }
  }

  #run(sql, params, asObjects) {
    const start = performance.now()
    // An array is how the client sends bytes.
    const cursor = this.#prepare(sql)(
      ...params.map((param) => (Array.isArray(param) ? new Uint8Array(param).buffer : param)),
    )
    const columns = cursor.columnNames
    const rows = Array.from(cursor.raw())
    for (const row of rows) bytesToArrays(row)
    const duration = performance.now() - start
    const before = this.#seen
    // A statement that changes the schema writes, too; one that has written nothing has moved no counter.
    if (cursor.rowsWritten > 0 || !isRead(sql)) this.#seen = this.#look()
    const { changes, lastRowId, size } = this.#seen
    const changed = changes > before.changes || lastRowId !== before.lastRowId || size !== before.size
    return {
      success: true,
      results: asObjects
        ? rows.map((row) => Object.fromEntries(columns.map((name, index) => [name, row[index]])))
        : { columns, rows },
      meta: {
        served_by: 'orrery',
        served_by_primary: true,
        total_attempts: 1,
        timings: { sql_duration_ms: duration },
        duration,
        changes: changes - before.changes,
        last_row_id: lastRowId,
        changed_db: changed,
        size_after: size,
        rows_read: cursor.rowsRead,
        rows_written: cursor.rowsWritten,
      },
    }
  }

  #look() {
    return { ...this.#counters().one(), size: this.#sql.databaseSize }
  }

  #prepare(sql) {
    let statement = this.#prepared.get(sql)
    if (!statement) {
      if (this.#prepared.size >= MOST_PREPARED) this.#prepared.clear()
      statement = this.#sql.prepare(sql)
      this.#prepared.set(sql, statement)
    }
    return statement
  }
}

/** Nothing can come between what is run in one go, and one statement alone undoes by itself what it did when it fails. */
const needsTransaction = (queries) =>
  queries.length > 1 ? !queries.every(({ sql }) => isRead(sql)) : /;\s*\S/.test(queries[0].sql)

/** Text that only reads: `WITH` may write, so it is looked at all the same. */
const isRead = (sql) => /^\s*SELECT\b/i.test(sql)

function bytesToArrays(row) {
  for (let at = 0; at < row.length; at++) {
    if (row[at] instanceof ArrayBuffer) row[at] = Array.from(new Uint8Array(row[at]))
  }
}

const hasStatement = (sql) => sql.replace(/^\s+--.*/gm, '').trim() !== ''
