import { decodeCursor } from '../../core/cursor.ts'
import { type Statement, statement } from '../../db/commit.ts'
import type { workflowTemplates } from '../../db/schema/index.ts'
import type { Stored } from '../../db/stored.ts'
import type { ListTemplates } from './schema.ts'

export type TemplateRow = Pick<
  Stored<typeof workflowTemplates.$inferSelect>,
  'id' | 'name' | 'description' | 'category' | 'isPublic' | 'variables' | 'createdAt'
> & {
  isOwn: number
}

export type FullTemplateRow = TemplateRow & { definition: string; triggers: string }

const COLUMNS = `id, name, description, category, is_public AS isPublic, team_id = ?1 AS isOwn, variables, created_at AS createdAt`

const OWN = 'team_id = ?1'
const OTHERS = '(is_public = 1 AND team_id <> ?1)'
const VISIBLE = { team: OWN, public: OTHERS, any: `(${OWN} OR ${OTHERS})` }

type Asked = ListTemplates & { source?: 'team' | 'public' | undefined }

function matching(teamId: string, query: Asked) {
  const params: (string | number)[] = [teamId]
  const where = [VISIBLE[query.source ?? 'any']]
  const add = (value: string | number, condition: (place: string) => string) => {
    params.push(value)
    where.push(condition(`?${params.length}`))
  }
  if (query.category !== undefined) add(query.category, (at) => `category = ${at}`)
  if (query.q !== undefined)
    add(
      query.q.toLowerCase(),
      (at) => `(instr(lower(name), ${at}) > 0 OR instr(lower(description), ${at}) > 0)`,
    )
  return { params, where }
}

export async function findTemplates(d1: D1Database, teamId: string, query: Asked): Promise<TemplateRow[]> {
  const { params, where } = matching(teamId, query)
  const descending = query.sort.startsWith('-')
  if (query.cursor !== undefined) {
    const at = decodeCursor(query.cursor, query.sort)
    params.push(at.value, at.id)
    where.push(`(created_at, id) ${descending ? '<' : '>'} (?${params.length - 1}, ?${params.length})`)
  }
  const direction = descending ? 'DESC' : 'ASC'
  params.push(query.limit + 1)
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM workflow_templates WHERE ${where.join(' AND ')}
       ORDER BY created_at ${direction}, id ${direction} LIMIT ?${params.length}`,
    )
    .bind(...params)
    .all<TemplateRow>()
  return results
}

export async function countTemplates(d1: D1Database, teamId: string, query: Asked): Promise<number> {
  const { params, where } = matching(teamId, query)
  const row = await d1
    .prepare(`SELECT count(*) AS total FROM workflow_templates WHERE ${where.join(' AND ')}`)
    .bind(...params)
    .first<{ total: number }>()
  return row?.total ?? 0
}

export const findTemplate = (d1: D1Database, teamId: string, id: string): Promise<FullTemplateRow | null> =>
  d1
    .prepare(
      `SELECT ${COLUMNS}, definition, triggers FROM workflow_templates WHERE id = ?2 AND ${VISIBLE.any}`,
    )
    .bind(teamId, id)
    .first<FullTemplateRow>()

export type NewTemplate = {
  id: string
  teamId: string
  name: string
  description: string
  category: string
  isPublic: boolean
  definition: string
  triggers: string
  variables: string
  createdBy: string
  now: number
}

/** Limits the number of templates, because public ones are in the lists of all teams. */
export const MAX_TEMPLATES = 500

/** A guard. */
export const insertTemplate = (row: NewTemplate): Statement =>
  statement(
    `INSERT INTO workflow_templates (id, team_id, name, description, category, is_public, definition, triggers, variables, created_by, created_at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 WHERE (SELECT count(*) FROM workflow_templates WHERE team_id = ?2) < ${MAX_TEMPLATES}`,
    row.id,
    row.teamId,
    row.name,
    row.description,
    row.category,
    row.isPublic ? 1 : 0,
    row.definition,
    row.triggers,
    row.variables,
    row.createdBy,
    row.now,
  )

export const deleteTemplate = (teamId: string, id: string): Statement =>
  statement('DELETE FROM workflow_templates WHERE id = ? AND team_id = ?', id, teamId)
