// SQL that is built in one place and executed in another.

/** A drizzle builder, or handwritten SQL. */
export type Statement = { toSQL: () => { sql: string; params: unknown[] } }

export const statement = (sql: string, ...params: unknown[]): Statement => ({
  toSQL: () => ({ sql, params }),
})

export function prepare(d1: D1Database, one: Statement): D1PreparedStatement {
  const { sql, params } = one.toSQL()
  return d1.prepare(sql).bind(...params)
}

/** Executes statements that need no audit entry, all or nothing. Every other change uses `commit`. */
export const runBatch = <Row = unknown>(
  d1: D1Database,
  statements: readonly Statement[],
): Promise<D1Result<Row>[]> => d1.batch<Row>(statements.map((one) => prepare(d1, one)))
