import { decodeCursor } from '../../../core/cursor.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import type { ListOptions } from '../../../db/paginate.ts'

export type TemplateRow = {
  id: string
  name: string
  description: string
  type: string
  visibility: 'team' | 'public'
  variables: string
  task: string
  isOwn: number
  createdAt: number
}

const COLUMNS =
  'id, name, description, type, visibility, variables, task, team_id = ?1 AS isOwn, created_at AS createdAt'
const OWN = 'team_id = ?1'
const PUBLIC = "visibility = 'public' AND team_id <> ?1"

type Asked = { source?: 'team' | 'public' | undefined; type?: string | undefined }

/** Each has an index of its own, which a combined query would not use. */
const sourcesOf = ({ source }: Asked): string[] =>
  source === 'team' ? [OWN] : source === 'public' ? [PUBLIC] : [OWN, PUBLIC]

export async function findTemplates(
  d1: D1Database,
  teamId: string,
  asked: Asked,
  options: ListOptions,
): Promise<TemplateRow[]> {
  const at = options.cursor === undefined ? null : decodeCursor(options.cursor, options.sort)
  const [sign, direction] = options.sort.startsWith('-') ? ['<', 'DESC'] : ['>', 'ASC']
  const after = at === null ? '' : `AND (created_at, id) ${sign} (?4, ?5)`
  const parts = sourcesOf(asked).map(
    (source) =>
      `SELECT * FROM (SELECT ${COLUMNS} FROM task_templates WHERE ${source} AND (?2 IS NULL OR type = ?2) ${after}
         ORDER BY created_at ${direction}, id ${direction} LIMIT ?3)`,
  )
  const { results } = await d1
    .prepare(`${parts.join(' UNION ALL ')} ORDER BY createdAt ${direction}, id ${direction} LIMIT ?3`)
    .bind(teamId, asked.type ?? null, options.limit + 1, ...(at === null ? [] : [at.value, at.id]))
    .all<TemplateRow>()
  return results
}

export async function countTemplates(d1: D1Database, teamId: string, asked: Asked): Promise<number> {
  const counts = sourcesOf(asked).map(
    (source) => `(SELECT count(*) FROM task_templates WHERE ${source} AND (?2 IS NULL OR type = ?2))`,
  )
  const row = await d1
    .prepare(`SELECT ${counts.join(' + ')} AS n`)
    .bind(teamId, asked.type ?? null)
    .first<{ n: number }>()
  return row?.n ?? 0
}

export const findTemplate = (d1: D1Database, teamId: string, id: string): Promise<TemplateRow | null> =>
  d1
    .prepare(
      `SELECT ${COLUMNS} FROM task_templates WHERE id = ?2 AND (team_id = ?1 OR visibility = 'public')`,
    )
    .bind(teamId, id)
    .first<TemplateRow>()

/** A larger value would be misuse as storage, and public templates are in the lists of all teams. */
export const MAX_TEMPLATES = 500

/** A guard. */
export const insertTemplate = (
  row: Omit<TemplateRow, 'isOwn'> & { teamId: string; createdBy: string },
): Statement =>
  statement(
    `INSERT INTO task_templates (id, team_id, name, description, type, visibility, variables, task, created_by, created_at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 WHERE (SELECT count(*) FROM task_templates WHERE team_id = ?2) < ${MAX_TEMPLATES}`,
    row.id,
    row.teamId,
    row.name,
    row.description,
    row.type,
    row.visibility,
    row.variables,
    row.task,
    row.createdBy,
    row.createdAt,
  )

export const deleteTemplate = (teamId: string, id: string): Statement =>
  statement('DELETE FROM task_templates WHERE id = ? AND team_id = ?', id, teamId)
