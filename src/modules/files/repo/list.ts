// The list of files, with its filters.
import type { HotRead } from '../../../db/hot-read.ts'
import { keysetRead } from '../../../db/paginate.ts'
import type { ListFiles } from '../schema/file.ts'
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

function whereOf(teamId: string, filters: Filters): { sql: string[]; params: (string | number)[] } {
  const sql = [
    'f.team_id = ?1',
    'f.run_id IS NULL',
    filters.deleted ? 'f.deleted_at IS NOT NULL' : 'f.deleted_at IS NULL',
  ]
  const params: (string | number)[] = [teamId]
  const add = (value: string | number | undefined, condition: (place: string) => string) => {
    if (value === undefined) return
    params.push(value)
    sql.push(condition(`?${params.length}`))
  }
  // Names are compared by their bytes, and no character sorts after the last one of Unicode.
  add(filters.prefix, (at) => `f.name >= ${at} AND f.name < ${at} || char(1114111)`)
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
    filters.q?.toLowerCase(),
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
