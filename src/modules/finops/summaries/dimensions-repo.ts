import { COLUMNS, type Dimension, TIMES } from './dimensions.ts'

/** SQL over the columns of a row. Null for rows without a value. */
export function dimensionSql(dimension: Dimension, bind: (value: string) => string): string {
  if (dimension.kind === 'time') return TIMES[dimension.name]
  if (dimension.kind === 'column') return `nullif(${COLUMNS[dimension.name]}, '')`
  return `(SELECT l.value FROM json_each(labels) l WHERE l.key = ${bind(dimension.key)})`
}
