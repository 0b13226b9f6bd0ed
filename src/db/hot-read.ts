// Hot reads are written in SQL and combined with the permission check in one statement, so they take one request to D1. Invariants:
// 1. The permission check comes first and numbers its parameters ?1…?n. The parameters of the read, explicit or implied, are
//    renumbered to follow.
// 2. A read with several rows has its ORDER BY together with a LIMIT, which keeps the order inside its parentheses.

type Param = string | number | null

export type HotRead<Row> = { sql: string; params: Param[]; columns: readonly string[]; row?: Row }

/** The SQL for each field of a row. */
export type Columns<Row> = { list: string; names: readonly string[]; row?: Row }

export function columns<Row>(expressions: Record<keyof Row & string, string>): Columns<Row> {
  const pairs = Object.entries<string>(expressions)
  return {
    list: pairs.map(([name, expression]) => `${expression} AS ${name}`).join(', '),
    names: pairs.map(([name]) => name),
  }
}

/** `rest` is everything after the list of columns. */
export const hotRead = <Row>(what: Columns<Row>, rest: string, params: Param[]): HotRead<Row> => ({
  sql: `SELECT ${what.list} ${rest}`,
  params,
  columns: what.names,
})

/**
 * A page of rows. The limit is part of the text: with a bound limit, SQLite would prepare the statement again on each execution,
 * because its plan depends on the limit.
 */
export const hotList = <Row>(
  what: Columns<Row>,
  rest: string,
  params: Param[],
  limit: number,
): HotRead<Row> => hotRead(what, `${rest} LIMIT ${Math.trunc(limit)}`, params)

/** For a batch with other statements. */
export const prepareRead = <Row>(d1: D1Database, { sql, params }: HotRead<Row>): D1PreparedStatement =>
  d1.prepare(sql).bind(...params)

export const firstOf = <Row>(d1: D1Database, read: HotRead<Row>): Promise<Row | null> =>
  prepareRead(d1, read).first<Row>()

export async function rowsOf<Row>(d1: D1Database, read: HotRead<Row>): Promise<Row[]> {
  const { results } = await prepareRead(d1, read).all<Row>()
  return results
}

/** Combines two reads. The first returns at most one row. */
export async function readBoth<First, Row>(
  d1: D1Database,
  question: HotRead<First>,
  read: HotRead<Row>,
): Promise<{ first: First | undefined; rows: Row[] }> {
  const found = await d1
    .prepare(inOne(question, read))
    .bind(...question.params, ...read.params)
    .raw<unknown[]>()
  const first = found[0]?.[0] === 0 ? toRow<First>(question.columns, found[0], 1) : undefined
  const rest = first === undefined ? found : found.slice(1)
  return { first, rows: rest.map((cells) => toRow<Row>(read.columns, cells, 1)) }
}

/** Pads both to the same width, with a first cell that distinguishes them. */
export function inOne(question: HotRead<unknown>, read: HotRead<unknown>): string {
  const width = Math.max(question.columns.length, read.columns.length)
  const part = (mark: 0 | 1, { columns }: HotRead<unknown>, sql: string) =>
    `SELECT ${mark}, *${', NULL'.repeat(width - columns.length)} FROM (${sql})`
  const after = question.params.length
  const counted = read.sql.replace(/\?(\d+)/g, (_, number) => `?${Number(number) + after}`)
  return `${part(0, question, question.sql)} UNION ALL ${part(1, read, counted)}`
}

const blankRows = new WeakMap<readonly string[], Record<string, unknown>>()

/** A row without values. Filling a copy takes a third of the time of adding the columns one by one, and copies are read faster. */
function blankRow(names: readonly string[]): Record<string, unknown> {
  const known = blankRows.get(names)
  if (known !== undefined) return known
  const blank = Object.fromEntries(names.map((name) => [name, null]))
  blankRows.set(names, blank)
  return blank
}

/** `from` is where its cells begin. */
function toRow<Row>(names: readonly string[], cells: unknown[], from: 0 | 1): Row {
  const row = { ...blankRow(names) }
  for (let at = 0; at < names.length; at++) row[names[at] as string] = cells[at + from]
  return row as Row
}
