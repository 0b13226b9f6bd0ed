// The lists of workflows, with their filters.

import type { HotRead } from '../../../db/hot-read.ts'
import { keysetRead } from '../../../db/paginate.ts'
import { sqlLower } from '../../../db/sql-lower.ts'
import type { ListWorkflows } from '../schema/workflow.ts'
import { COLUMNS, type WorkflowRow } from './workflows.ts'

const SORTS = { createdAt: 'w.created_at', updatedAt: 'w.updated_at', name: 'w.name' } as const

type Filters = Pick<ListWorkflows, 'active' | 'tag' | 'folder' | 'q'>

function whereOf(teamId: string, filters: Filters): { sql: string[]; params: (string | number)[] } {
  const sql = ['w.team_id = ?1']
  const params: (string | number)[] = [teamId]
  const add = (value: string | number, condition: (place: string) => string) => {
    params.push(value)
    sql.push(condition(`?${params.length}`))
  }
  if (filters.active !== undefined) add(filters.active ? 1 : 0, (at) => `w.active = ${at}`)
  if (filters.folder !== undefined)
    add(filters.folder, (at) => `(w.folder = ${at} OR substr(w.folder, 1, length(${at}) + 1) = ${at} || '/')`)
  if (filters.tag !== undefined)
    add(
      filters.tag,
      (at) => `EXISTS (SELECT 1 FROM json_each(w.tags) one WHERE lower(one.value) = lower(${at}))`,
    )
  if (filters.q !== undefined)
    // Not LIKE: it limits patterns to 50 bytes and treats % and _ specially.
    add(
      sqlLower(filters.q),
      (at) => `(instr(lower(w.name), ${at}) > 0 OR instr(lower(w.description), ${at}) > 0)`,
    )
  return { sql, params }
}

export function findWorkflows(teamId: string, query: ListWorkflows): HotRead<WorkflowRow> {
  const { sql, params } = whereOf(teamId, query)
  const column = SORTS[query.sort.replace('-', '') as keyof typeof SORTS]
  return keysetRead(COLUMNS, { from: 'workflows w', where: sql, params, column, id: 'w.id' }, query)
}

export type FoundWorkflow = Pick<WorkflowRow, 'id' | 'key' | 'name' | 'updatedAt'>

/** `text` in lower case (`sqlLower`). Names that begin with it come first. */
export async function searchWorkflows(
  d1: D1Database,
  teamId: string,
  text: string,
  limit: number,
): Promise<FoundWorkflow[]> {
  const { results } = await d1
    .prepare(
      `SELECT w.id AS id, COALESCE(w.key, w.id) AS key, w.name AS name, w.updated_at AS updatedAt FROM workflows w
       WHERE w.team_id = ?1 AND (instr(lower(w.name || char(10) || COALESCE(w.key, '') || char(10) || w.description), ?2) > 0
         OR (length(?2) >= 4 AND substr(w.id, -length(?2)) = ?2))
       ORDER BY instr(lower(w.name), ?2) <> 1, w.updated_at DESC, w.id LIMIT ?3`,
    )
    .bind(teamId, text, limit)
    .all<FoundWorkflow>()
  return results
}

export async function countWorkflows(d1: D1Database, teamId: string, filters: Filters = {}): Promise<number> {
  const { sql, params } = whereOf(teamId, filters)
  const row = await d1
    .prepare(`SELECT count(*) AS total FROM workflows w WHERE ${sql.join(' AND ')}`)
    .bind(...params)
    .first<{ total: number }>()
  return row?.total ?? 0
}
