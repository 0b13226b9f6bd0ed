// Reads that are hot enough to be written in SQL and to travel in one statement with the permission question: one trip
// to D1, one statement there. Invariants:
// 1. The first question's parameters are numbered ?1…?n and it stands first; the read's own numbers, given or implied,
//    are counted on from there.
// 2. A read that has more than one row says its order together with a LIMIT, which keeps it inside its own brackets.

type Param = string | number | null

export type HotRead<Row> = { sql: string; params: Param[]; columns: readonly string[]; row?: Row }

/** What is selected for each field of a row. */
export type Columns<Row> = { list: string; names: readonly string[]; row?: Row }

export function columns<Row>(expressions: Record<keyof Row & string, string>): Columns<Row> {
  const pairs = Object.entries<string>(expressions)
  return {
    list: pairs.map(([name, expression]) => `${expression} AS ${name}`).join(', '),
    names: pairs.map(([name]) => name),
  }
}

/** `rest` is all that follows the list of columns. */
export const hotRead = <Row>(what: Columns<Row>, rest: string, params: Param[]): HotRead<Row> => ({
  sql: `SELECT ${what.list} ${rest}`,
  params,
  columns: what.names,
})

/**
 * A page of rows. The limit stands in the text: SQLite prepares a statement again on each run when its limit is bound,
 * since it plans by it.
 */
export const hotList = <Row>(
  what: Columns<Row>,
  rest: string,
  params: Param[],
  limit: number,
): HotRead<Row> => hotRead(what, `${rest} LIMIT ${Math.trunc(limit)}`, params)

export function firstOf<Row>(d1: D1Database, { sql, params }: HotRead<Row>): Promise<Row | null> {
  return d1
    .prepare(sql)
    .bind(...params)
    .first<Row>()
}

export async function rowsOf<Row>(d1: D1Database, { sql, params }: HotRead<Row>): Promise<Row[]> {
  const { results } = await d1
    .prepare(sql)
    .bind(...params)
    .all<Row>()
  return results
}

/** Of two reads whose first has one row at most. */
export async function readBoth<First, Row>(
  d1: D1Database,
  question: HotRead<First>,
  read: HotRead<Row>,
): Promise<{ first: First | undefined; rows: Row[] }> {
  const found = await d1
    .prepare(inOne(question, read))
    .bind(...question.params, ...read.params)
    .raw<unknown[]>()
  const first = found[0]?.[0] === 0 ? toRow<First>(question.columns, found[0]) : undefined
  const rest = first === undefined ? found : found.slice(1)
  return { first, rows: rest.map((cells) => toRow<Row>(read.columns, cells)) }
}

/** Both are made as wide as the wider one, behind a cell that tells them apart. */
export function inOne(question: HotRead<unknown>, read: HotRead<unknown>): string {
  const width = Math.max(question.columns.length, read.columns.length)
  const part = (mark: 0 | 1, { columns }: HotRead<unknown>, sql: string) =>
    `SELECT ${mark}, *${', NULL'.repeat(width - columns.length)} FROM (${sql})`
  const after = question.params.length
  const counted = read.sql.replace(/\?(\d+)/g, (_, number) => `?${Number(number) + after}`)
  return `${part(0, question, question.sql)} UNION ALL ${part(1, read, counted)}`
}

function toRow<Row>(names: readonly string[], cells: unknown[]): Row {
  const row: Record<string, unknown> = {}
  for (let at = 0; at < names.length; at++) row[names[at] as string] = cells[at + 1]
  return row as Row
}
