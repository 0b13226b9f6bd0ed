// Reads a list of an export page by page, in index order. A page has a fixed number of rows, or about a megabyte if rows are
// large.

export type ExportList = {
  name: string
  /** The user's own rows, rows of each team they own, or rows of each team they are a member of. */
  of: 'person' | 'owned' | 'joined'
  /** ?1 is the user, ?2 the team, ?3 the maximum number of rows. The position follows; it starts as `start`. */
  sql: string
  start: (number | string)[]
  /** A short page does not mean the end of the list. */
  bounded: boolean
  /** Columns stored as JSON text, and columns stored as 0 or 1. */
  json: string[]
  flags: string[]
}

/** The maximum size of a page of large rows. A page always has at least one row. */
const MAX_PAGE_CHARACTERS = 1_000_000

type Given = Pick<ExportList, 'name' | 'of' | 'start'> & {
  /** The columns of the position. Together they are unique within `where`. */
  at: string[]
  columns: string
  from: string
  where: string
  /** An SQL expression for the size of a row that can be large. */
  size?: string
  json?: string[]
  flags?: string[]
}

export function list({
  name,
  of,
  start,
  at,
  columns,
  from,
  where,
  size,
  json = [],
  flags = [],
}: Given): ExportList {
  const parameters = at.map((_, i) => `?${i + 4}`).join(', ')
  const rest = `FROM ${from} WHERE ${where} AND (${at.join(', ')}) > (${parameters}) ORDER BY ${at.join(', ')}`
  const limit = size === undefined ? '?3' : `(${roomFor(`SELECT ${size} AS size ${rest} LIMIT ?3`)})`
  const position = at.map((column, i) => `${column} AS at${i}`).join(', ')
  return {
    name,
    of,
    start,
    json,
    flags,
    bounded: size !== undefined,
    sql: `SELECT ${position}, ${columns} ${rest} LIMIT ${limit}`,
  }
}

export const roomFor = (sizes: string): string =>
  `SELECT max(1, count(*)) FROM (
     SELECT sum(size) OVER (ORDER BY n ROWS UNBOUNDED PRECEDING) AS total
     FROM (SELECT row_number() OVER () AS n, size FROM (${sizes}))
   ) WHERE total <= ${MAX_PAGE_CHARACTERS}`
