// The list of files, with its filters.

import { decodeCursor } from '../../../core/cursor.ts'
import type { HotRead } from '../../../db/hot-read.ts'
import { keysetRead } from '../../../db/paginate.ts'
import { sqlLower } from '../../../db/sql-lower.ts'
import type { ListFiles } from '../schema/file.ts'
import type { ListFolders } from '../schema/folder.ts'
import { FILE_KINDS, type FileKind, typesOfKind } from '../types/table.ts'
import { COLUMNS, type FileRow } from './files.ts'

const SORTS = {
  createdAt: 'f.created_at',
  updatedAt: 'f.updated_at',
  name: 'f.name',
  sizeBytes: 'f.size_bytes',
} as const

type Filters = Omit<ListFiles, 'limit' | 'cursor' | 'sort' | 'count'>

const isKind = (type: string): type is FileKind => FILE_KINDS.includes(type as FileKind)

/** Names are compared by their bytes, and no character sorts after the last one of Unicode. */
const isBelow = (prefix: string): string => `f.name >= ${prefix} AND f.name < ${prefix} || char(1114111)`

function whereOf(teamId: string, filters: Filters): { sql: string[]; params: (string | number)[] } {
  const sql = [
    'f.team_id = ?1',
    filters.runId === undefined ? 'f.run_id IS NULL' : 'f.run_id IS NOT NULL',
    filters.deleted ? 'f.deleted_at IS NOT NULL' : 'f.deleted_at IS NULL',
  ]
  const params: (string | number)[] = [teamId]
  const add = (value: string | number | undefined, condition: (place: string) => string) => {
    if (value === undefined) return
    params.push(value)
    sql.push(condition(`?${params.length}`))
  }
  add(filters.prefix, isBelow)
  add(filters.folder, (at) => `${isBelow(at)} AND instr(substr(f.name, length(${at}) + 1), '/') = 0`)
  add(filters.runId, (at) => `f.run_id = ${at}`)
  add(filters.name, (at) => `f.name = ${at}`)
  if (filters.type !== undefined && isKind(filters.type))
    add(
      JSON.stringify(typesOfKind(filters.type)),
      (at) => `f.content_type IN (SELECT one.value FROM json_each(${at}) one)`,
    )
  else add(filters.type, (at) => `f.content_type = ${at}`)
  add(
    filters.tag,
    (at) => `EXISTS (SELECT 1 FROM json_each(f.tags) one WHERE lower(one.value) = lower(${at}))`,
  )
  add(filters.createdAfter, (at) => `f.created_at >= ${at}`)
  add(filters.createdBefore, (at) => `f.created_at < ${at}`)
  add(filters.minBytes, (at) => `f.size_bytes >= ${at}`)
  add(filters.maxBytes, (at) => `f.size_bytes <= ${at}`)
  add(filters.uploadedBy, (at) => `f.uploaded_by = ${at}`)
  add(
    filters.q === undefined ? undefined : sqlLower(filters.q),
    (at) => `(instr(lower(f.name), ${at}) > 0 OR instr(lower(f.tags), ${at}) > 0)`,
  )
  return { sql, params }
}

export function findFiles(teamId: string, query: ListFiles): HotRead<FileRow> {
  const { sql, params } = whereOf(teamId, query)
  const column = SORTS[query.sort.replace('-', '') as keyof typeof SORTS]
  return keysetRead(COLUMNS, { from: 'files f', where: sql, params, column, id: 'f.id' }, query)
}

export async function countFiles(d1: D1Database, teamId: string, filters: Filters): Promise<number> {
  const { sql, params } = whereOf(teamId, filters)
  const row = await d1
    .prepare(`SELECT count(*) AS total FROM files f WHERE ${sql.join(' AND ')}`)
    .bind(...params)
    .first<{ total: number }>()
  return row?.total ?? 0
}

/** A folder is what names have before a slash. `parent` is empty, or ends with one. */
const foldersSql = (columns: string): string =>
  `SELECT ${columns} FROM files f
   WHERE f.team_id = ?1 AND f.deleted_at IS NULL AND f.run_id IS NULL AND ${isBelow('?2')}
     AND instr(substr(f.name, length(?2) + 1), '/') > 0`

const FOLDER = "substr(f.name, 1, length(?2) + instr(substr(f.name, length(?2) + 1), '/') - 1)"

export type FolderRow = { name: string; files: number; sizeBytes: number; updatedAt: number }

export async function findFolders(
  d1: D1Database,
  teamId: string,
  { parent, sort, cursor, limit }: ListFolders,
): Promise<FolderRow[]> {
  const [sign, direction] = sort === 'name' ? ['>', 'ASC'] : ['<', 'DESC']
  const at = cursor === undefined ? null : decodeCursor(cursor, sort).id
  const { results } = await d1
    .prepare(
      `${foldersSql(`${FOLDER} AS name, count(*) AS files, sum(f.size_bytes) AS sizeBytes, max(f.updated_at) AS updatedAt`)}
       GROUP BY 1 HAVING ?3 IS NULL OR ${FOLDER} ${sign} ?3 ORDER BY 1 ${direction} LIMIT ?4`,
    )
    .bind(teamId, parent, at, limit + 1)
    .all<FolderRow>()
  return results
}

export async function countFolders(d1: D1Database, teamId: string, parent: string): Promise<number> {
  const row = await d1
    .prepare(foldersSql(`count(DISTINCT ${FOLDER}) AS total`))
    .bind(teamId, parent)
    .first<{ total: number }>()
  return row?.total ?? 0
}

export type FoundFile = Pick<FileRow, 'id' | 'name' | 'contentType' | 'updatedAt'>

/** Searches only the newest files, so that the cost does not grow with the team. A full id finds a file of any age. */
const SEARCHED_FILES = 2_000

/** `text` in lower case (`sqlLower`). */
export async function searchFiles(
  d1: D1Database,
  teamId: string,
  text: string,
  limit: number,
): Promise<FoundFile[]> {
  const columns = 'id, name, content_type AS contentType, updated_at AS updatedAt'
  const { results } = await d1
    .prepare(
      `SELECT ${columns} FROM files WHERE id = ?2 AND team_id = ?1 AND deleted_at IS NULL AND run_id IS NULL
       UNION ALL
       SELECT * FROM (
         SELECT * FROM (SELECT ${columns} FROM files WHERE team_id = ?1 AND deleted_at IS NULL AND run_id IS NULL
           ORDER BY updated_at DESC, id DESC LIMIT ${SEARCHED_FILES}) newest
         WHERE id <> ?2 AND (instr(lower(name), ?2) > 0 OR (length(?2) >= 4 AND substr(id, -length(?2)) = ?2))
         LIMIT ?3)
       LIMIT ?3`,
    )
    .bind(teamId, text, limit)
    .all<FoundFile>()
  return results
}
