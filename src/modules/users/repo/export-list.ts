// How a list of an export is read: page by page in the order of its position, by an index, and never more than a page of
// rows, or about a megabyte of large ones, at a time.

export type ExportList = {
  name: string
  /** The person's own rows; those of each team that is theirs; or those of each team that they are in. */
  of: 'person' | 'owned' | 'joined'
  /** ?1 is the person, ?2 the team, ?3 how many rows at most; behind them comes the position, which begins as `start`. */
  sql: string
  start: (number | string)[]
  /** A page may end before the list does. */
  bounded: boolean
  /** What is kept as JSON text, and as 0 or 1. */
  json: string[]
  flags: string[]
}

/** Rows that may be large come as many at a time as have this many characters together, but one at least. */
const MOST_CHARACTERS = 1_000_000

type Given = Pick<ExportList, 'name' | 'of' | 'start'> & {
  /** The columns of the position, unique together within `where`. */
  at: string[]
  columns: string
  from: string
  where: string
  /** The length of what may be large. */
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
  const most = size === undefined ? '?3' : `(${roomFor(`SELECT ${size} AS size ${rest} LIMIT ?3`)})`
  const position = at.map((column, i) => `${column} AS at${i}`).join(', ')
  return {
    name,
    of,
    start,
    json,
    flags,
    bounded: size !== undefined,
    sql: `SELECT ${position}, ${columns} ${rest} LIMIT ${most}`,
  }
}

export const roomFor = (sizes: string): string =>
  `SELECT max(1, count(*)) FROM (
     SELECT sum(size) OVER (ORDER BY n ROWS UNBOUNDED PRECEDING) AS total
     FROM (SELECT row_number() OVER () AS n, size FROM (${sizes}))
   ) WHERE total <= ${MOST_CHARACTERS}`
