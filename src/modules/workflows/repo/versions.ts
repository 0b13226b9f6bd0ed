import { decodeCursor } from '../../../core/cursor.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import { columns, type HotRead, hotList, hotRead } from '../../../db/hot-read.ts'
import type { workflows, workflowVersions } from '../../../db/schema/index.ts'
import type { Stored } from '../../../db/stored.ts'
import type { ListVersions } from '../schema/version.ts'

export type VersionRow = Pick<
  Stored<typeof workflowVersions.$inferSelect>,
  'version' | 'note' | 'createdBy' | 'createdAt'
> & {
  currentVersion: number
}

export type FullVersionRow = VersionRow & { definition: string; triggers: string }

const SUMMARY: Record<keyof VersionRow, string> = {
  version: 'v.version',
  currentVersion: 'w.version',
  note: 'v.note',
  createdBy: 'v.created_by',
  createdAt: 'v.created_at',
}
const COLUMNS = columns<VersionRow>(SUMMARY)
const FULL_COLUMNS = columns<FullVersionRow>({
  ...SUMMARY,
  definition: 'v.definition',
  triggers: 'v.triggers',
})
const FROM = `FROM workflows w JOIN workflow_versions v ON v.workflow_id = w.id
  WHERE w.id = ?1 AND w.team_id = ?2`

export const findVersion = (teamId: string, id: string, version: number): HotRead<FullVersionRow> =>
  hotRead(FULL_COLUMNS, `${FROM} AND v.version = ?3`, [id, teamId, version])

/** Reads both in one query, because they are compared with each other. */
export const findVersionPair = (
  teamId: string,
  id: string,
  from: number,
  to: number,
): HotRead<FullVersionRow> =>
  hotRead(FULL_COLUMNS, `${FROM} AND v.version IN (?3, ?4)`, [id, teamId, from, to])

export function findVersions(teamId: string, id: string, query: ListVersions): HotRead<VersionRow> {
  const descending = query.sort.startsWith('-')
  const after = query.cursor === undefined ? null : Number(decodeCursor(query.cursor, query.sort).value)
  return hotList(
    COLUMNS,
    `${FROM} ${after === null ? '' : `AND v.version ${descending ? '<' : '>'} ?3`}
     ORDER BY v.version ${descending ? 'DESC' : 'ASC'}`,
    [id, teamId, ...(after === null ? [] : [after])],
    query.limit + 1,
  )
}

export async function countVersions(d1: D1Database, teamId: string, id: string): Promise<number> {
  const row = await d1
    .prepare(
      `SELECT count(*) AS total FROM workflows w JOIN workflow_versions v ON v.workflow_id = w.id
       WHERE w.id = ? AND w.team_id = ?`,
    )
    .bind(id, teamId)
    .first<{ total: number }>()
  return row?.total ?? 0
}

export type NewVersion = {
  workflowId: string
  version: number
  definition: string
  definitionHash: string
  triggers: string
  note: string
  createdBy: string
  now: number
}

export const insertVersion = (row: NewVersion): Statement =>
  statement(
    `INSERT INTO workflow_versions (workflow_id, version, definition, definition_hash, triggers, note, created_by, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    row.workflowId,
    row.version,
    row.definition,
    row.definitionHash,
    row.triggers,
    row.note,
    row.createdBy,
    row.now,
  )

export type DraftRow = Pick<Stored<typeof workflows.$inferSelect>, 'version' | 'draft' | 'draftUpdatedAt'> & {
  storedTriggers: string
}

export const findDraft = (d1: D1Database, teamId: string, id: string): Promise<DraftRow | null> =>
  d1
    .prepare(
      `SELECT w.version, v.triggers AS storedTriggers, w.draft, w.draft_updated_at AS draftUpdatedAt
       FROM workflows w JOIN workflow_versions v ON v.workflow_id = w.id AND v.version = w.version
       WHERE w.id = ? AND w.team_id = ?`,
    )
    .bind(id, teamId)
    .first<DraftRow>()

/** The draft's time is its ETag, so each change must increase it. */
export const saveDraft = (
  teamId: string,
  id: string,
  draft: string,
  expected: number | null,
  now: number,
): Statement =>
  statement(
    `UPDATE workflows SET draft = ?3, draft_updated_at = max(?4, COALESCE(draft_updated_at + 1, 0))
     WHERE id = ?1 AND team_id = ?2 AND (?5 IS NULL OR draft_updated_at = ?5)`,
    id,
    teamId,
    draft,
    now,
    expected,
  )

export const discardDraft = (teamId: string, id: string, expected: number | null): Statement =>
  statement(
    `UPDATE workflows SET draft = NULL, draft_updated_at = NULL
     WHERE id = ?1 AND team_id = ?2 AND draft IS NOT NULL AND (?3 IS NULL OR draft_updated_at = ?3)`,
    id,
    teamId,
    expected,
  )
