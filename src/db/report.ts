// Rows that Durable Objects report. The index keeps the newest report.

/** The field of a view for a column. */
const camel = (column: string): string =>
  column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/**
 * SQL that inserts rows with these columns, or updates existing ones if a condition holds. Its only parameter is a JSON array of
 * views. `values` overrides new values.
 */
export function upsertAll(
  table: string,
  columns: readonly string[],
  where: string,
  values: Record<string, string> = {},
): string {
  const set = columns
    .filter((column) => column !== 'id')
    .map((column) => `${column} = ${values[column] ?? `excluded.${column}`}`)
  const read = columns.map((column) => `j.value ->> '${camel(column)}'`)
  return `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${read.join(', ')} FROM json_each(?1) j WHERE true
    ON CONFLICT (id) DO UPDATE SET ${set.join(', ')} WHERE ${where}`
}
