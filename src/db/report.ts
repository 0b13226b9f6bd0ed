// Rows that a Durable Object reports, of which the index keeps the newest.

/** The field of a view for a column. */
const camel = (column: string): string =>
  column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/**
 * SQL that writes rows with these columns, or updates those with their ids where a condition holds. Its one parameter is a JSON
 * array of views. `values` replaces new values.
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
