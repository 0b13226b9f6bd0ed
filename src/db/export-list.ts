// A list of the account export: its name, its rows, and each column with its SQL, its type in the API description and its
// conversion. Pages follow an index. A page has a fixed number of rows, or about a megabyte if rows are large.
import * as z from 'zod'
import { toIso } from '../core/clock.ts'
import { JsonValue } from '../core/json-value.ts'

type Stored = string | number | null

export type ExportColumn = { sql: string; schema: z.ZodType; read?: (stored: Stored) => unknown }

const parse = (stored: Stored): unknown => (typeof stored === 'string' ? JSON.parse(stored) : stored)
const iso = (stored: Stored): unknown => (typeof stored === 'number' ? toIso(stored) : stored)
const time = z.iso.datetime()

/** The kinds of columns, each created from its SQL. */
export const column = {
  text: (sql: string): ExportColumn => ({ sql, schema: z.string() }),
  textOrNull: (sql: string): ExportColumn => ({ sql, schema: z.string().nullable() }),
  number: (sql: string): ExportColumn => ({ sql, schema: z.number() }),
  numberOrNull: (sql: string): ExportColumn => ({ sql, schema: z.number().nullable() }),
  time: (sql: string): ExportColumn => ({ sql, schema: time, read: iso }),
  timeOrNull: (sql: string): ExportColumn => ({ sql, schema: time.nullable(), read: iso }),
  /** Stored as 0 or 1. */
  flag: (sql: string): ExportColumn => ({ sql, schema: z.boolean(), read: (stored) => stored === 1 }),
  /** Stored as JSON text. */
  json: (sql: string): ExportColumn => ({ sql, schema: JsonValue.nullable(), read: parse }),
  texts: (sql: string): ExportColumn => ({ sql, schema: z.array(z.string()), read: parse }),
}

export type ExportList = {
  name: string
  /** The user's own rows, rows of each team they own, or rows of each team they are a member of. */
  of: 'person' | 'owned' | 'joined'
  /** ?1 is the user, ?2 the team, ?3 the maximum number of rows. The position follows from ?4; it starts as `start`. */
  sql: string
  start: (number | string)[]
  /** A short page does not mean that the list ends. */
  bounded: boolean
  columns: Record<string, ExportColumn>
}

type Rows = {
  from: string
  where: string
  /** The columns of the position. Together they are unique within `where`. */
  at: string[]
  /** An SQL expression for the size of a row that can be large. */
  size?: string
}

type Given = Pick<ExportList, 'name' | 'of' | 'start' | 'columns'> &
  (Rows | { sql: (columns: string) => string })

/** Lists every column explicitly, so a new secret column is never exported by accident. */
export function exportList(given: Given): ExportList {
  const { name, of, start, columns } = given
  const selected = Object.entries(columns)
    .map(([key, { sql }]) => `${sql} AS ${key}`)
    .join(', ')
  const own = 'sql' in given
  const bounded = own || given.size !== undefined
  return { name, of, start, columns, bounded, sql: own ? given.sql(selected) : pageOf(given, selected) }
}

function pageOf({ at, from, where, size }: Rows, columns: string): string {
  const parameters = at.map((_, i) => `?${i + 4}`).join(', ')
  const rest = `FROM ${from} WHERE ${where} AND (${at.join(', ')}) > (${parameters}) ORDER BY ${at.join(', ')}`
  const limit = size === undefined ? '?3' : `(${roomFor(`SELECT ${size} AS size ${rest} LIMIT ?3`)})`
  const position = at.map((part, i) => `${part} AS at${i}`).join(', ')
  return `SELECT ${position}, ${columns} ${rest} LIMIT ${limit}`
}

/** The maximum size of a page of large rows. A page always has at least one row. */
const MAX_PAGE_CHARACTERS = 1_000_000

/** SQL for how many of the rows fit into a page. A query returns their sizes in order. */
export const roomFor = (sizes: string): string =>
  `SELECT max(1, count(*)) FROM (
     SELECT sum(size) OVER (ORDER BY n ROWS UNBOUNDED PRECEDING) AS total
     FROM (SELECT row_number() OVER () AS n, size FROM (${sizes}))
   ) WHERE total <= ${MAX_PAGE_CHARACTERS}`
