// The tables of a search index. Invariant: a document has one row in `docs` and one in `words`, under the same number.
import type { SearchDoc, SearchHit, SearchQuery } from '../../src/objects/team-search.ts'

const TABLES = `
CREATE TABLE IF NOT EXISTS docs (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS docs_kind ON docs (kind);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (title, text, tokenize = "unicode61 remove_diacritics 2");
CREATE TABLE IF NOT EXISTS built (kind TEXT PRIMARY KEY);
`

const MAX_WORDS = 20
const MAX_HITS = 1_000

export class SearchStore {
  readonly #storage: DurableObjectStorage

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage
    this.setUp()
  }

  setUp(): void {
    this.#storage.sql.exec(TABLES)
  }

  put(docs: readonly SearchDoc[]): void {
    const { sql } = this.#storage
    this.#storage.transactionSync(() => {
      this.#remove(docs.map(({ id }) => id))
      for (const { id, kind, title, text } of docs) {
        const { n } = sql
          .exec<{ n: number }>('INSERT INTO docs (id, kind) VALUES (?, ?) RETURNING n', id, kind)
          .one()
        sql.exec('INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)', n, title, text)
      }
    })
  }

  remove(ids: readonly string[]): void {
    this.#storage.transactionSync(() => this.#remove(ids))
  }

  #remove(ids: readonly string[]): void {
    const { sql } = this.#storage
    for (const id of ids) {
      const [row] = sql.exec<{ n: number }>('DELETE FROM docs WHERE id = ? RETURNING n', id).toArray()
      if (row !== undefined) sql.exec('DELETE FROM words WHERE rowid = ?', row.n)
    }
  }

  search({ q, kinds, limit }: SearchQuery): SearchHit[] {
    const match = matchOf(q)
    if (match === null) return []
    return this.#storage.sql
      .exec<SearchHit>(
        `SELECT d.id, d.kind, w.title, snippet(words, -1, '', '', '…', 16) AS snippet
         FROM words w JOIN docs d ON d.n = w.rowid
         WHERE words MATCH ?1 AND (?2 IS NULL OR d.kind IN (SELECT value FROM json_each(?2))) ORDER BY bm25(words, 4.0, 1.0), d.n DESC LIMIT ?3`,
        match,
        kinds === undefined ? null : JSON.stringify(kinds),
        Math.min(limit, MAX_HITS),
      )
      .toArray()
  }

  isBuilt(kind: string): boolean {
    return this.#storage.sql.exec('SELECT 1 FROM built WHERE kind = ?', kind).toArray().length > 0
  }

  markBuilt(kind: string): void {
    this.#storage.sql.exec('INSERT OR IGNORE INTO built (kind) VALUES (?)', kind)
  }

  forget(kind: string): void {
    const { sql } = this.#storage
    this.#storage.transactionSync(() => {
      sql.exec('DELETE FROM words WHERE rowid IN (SELECT n FROM docs WHERE kind = ?)', kind)
      sql.exec('DELETE FROM docs WHERE kind = ?', kind)
      sql.exec('DELETE FROM built WHERE kind = ?', kind)
    })
  }
}

/** Quotes the words, so that they contain no operators. Null if there are no words. */
export function matchOf(q: string): string | null {
  const words = (q.match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, MAX_WORDS)
  return words.length === 0 ? null : `${words.map((word) => `"${word}"`).join(' ')}*`
}
