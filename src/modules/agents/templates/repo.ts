import { decodeCursor } from '../../../core/cursor.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import { sqlLower } from '../../../db/sql-lower.ts'
import type { ListTemplates } from '../stored/schema.ts'

export type TemplateRow = {
  id: string
  name: string
  description: string
  /** JSON: type, tags and config. */
  agent: string
  createdBy: string
  createdAt: number
}

const COLUMNS = 'id, name, description, agent, created_by AS createdBy, created_at AS createdAt'

/** A larger value would be misuse as storage. */
export const MAX_TEMPLATES = 500

function matching(teamId: string, q: string | undefined) {
  const where = ['team_id = ?1']
  const params: (string | number)[] = [teamId]
  if (q !== undefined) {
    params.push(sqlLower(q))
    where.push('instr(lower(name || char(10) || description), ?2) > 0')
  }
  return { where, params }
}

export async function findTemplates(
  d1: D1Database,
  teamId: string,
  query: ListTemplates,
): Promise<TemplateRow[]> {
  const { where, params } = matching(teamId, query.q)
  const isDown = query.sort.startsWith('-')
  if (query.cursor !== undefined) {
    const at = decodeCursor(query.cursor, query.sort)
    params.push(at.value, at.id)
    where.push(`(created_at, id) ${isDown ? '<' : '>'} (?${params.length - 1}, ?${params.length})`)
  }
  params.push(query.limit + 1)
  const direction = isDown ? 'DESC' : 'ASC'
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM agent_templates WHERE ${where.join(' AND ')}
       ORDER BY created_at ${direction}, id ${direction} LIMIT ?${params.length}`,
    )
    .bind(...params)
    .all<TemplateRow>()
  return results
}

export async function countTemplates(d1: D1Database, teamId: string, q?: string): Promise<number> {
  const { where, params } = matching(teamId, q)
  const row = await d1
    .prepare(`SELECT count(*) AS n FROM agent_templates WHERE ${where.join(' AND ')}`)
    .bind(...params)
    .first<{ n: number }>()
  return row?.n ?? 0
}

export const findTemplate = (d1: D1Database, teamId: string, id: string): Promise<TemplateRow | null> =>
  d1
    .prepare(`SELECT ${COLUMNS} FROM agent_templates WHERE id = ?1 AND team_id = ?2`)
    .bind(id, teamId)
    .first<TemplateRow>()

/** A guard. */
export const insertTemplate = (row: TemplateRow & { teamId: string }): Statement =>
  statement(
    `INSERT INTO agent_templates (id, team_id, name, description, agent, created_by, created_at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE (SELECT count(*) FROM agent_templates WHERE team_id = ?2) < ${MAX_TEMPLATES}`,
    row.id,
    row.teamId,
    row.name,
    row.description,
    row.agent,
    row.createdBy,
    row.createdAt,
  )

export const deleteTemplate = (teamId: string, id: string): Statement =>
  statement('DELETE FROM agent_templates WHERE id = ?1 AND team_id = ?2', id, teamId)
