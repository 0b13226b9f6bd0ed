import { columns, type HotRead } from '../../../db/hot-read.ts'
import { keysetRead } from '../../../db/paginate.ts'
import { type Statement, statement } from '../../../db/statement.ts'
import type { ListFileUses, USER_KINDS } from '../schema/use.ts'

export type UserKind = (typeof USER_KINDS)[number]

const MAX_SHOWN = 100

export async function findUses(
  d1: D1Database,
  teamId: string,
  fileId: string,
): Promise<{ kind: UserKind; id: string }[]> {
  const { results } = await d1
    .prepare(
      `SELECT user_kind AS kind, user_id AS id FROM file_uses WHERE file_id = ? AND team_id = ? ORDER BY user_kind, user_id LIMIT ${MAX_SHOWN}`,
    )
    .bind(fileId, teamId)
    .all<{ kind: UserKind; id: string }>()
  return results
}

export type UseRow = { kind: UserKind; id: string; createdAt: number }

const COLUMNS = columns<UseRow>({ kind: 'u.user_kind', id: 'u.user_id', createdAt: 'u.created_at' })

/** What uses a file is unique by its id, whatever its kind. */
export const searchUses = (teamId: string, fileId: string, query: ListFileUses): HotRead<UseRow> =>
  keysetRead(
    COLUMNS,
    {
      from: 'file_uses u',
      where: ['u.file_id = ?1', 'u.team_id = ?2'],
      params: [fileId, teamId],
      column: 'u.created_at',
      id: 'u.user_id',
    },
    query,
  )

export async function countUses(d1: D1Database, teamId: string, fileId: string): Promise<number> {
  const row = await d1
    .prepare('SELECT count(*) AS total FROM file_uses WHERE file_id = ? AND team_id = ?')
    .bind(fileId, teamId)
    .first<{ total: number }>()
  return row?.total ?? 0
}

/** Only files of the team count, each once. */
export const insertUses = (
  teamId: string,
  fileIds: readonly string[],
  user: { kind: UserKind; id: string },
  now: number,
): Statement =>
  statement(
    `INSERT INTO file_uses (file_id, user_kind, user_id, team_id, created_at)
     SELECT f.id, ?3, ?4, ?1, ?5 FROM json_each(?2) one JOIN files f ON f.id = one.value AND f.team_id = ?1
     WHERE true ON CONFLICT DO NOTHING`,
    teamId,
    JSON.stringify(fileIds),
    user.kind,
    user.id,
    now,
  )

export const deleteUses = (kind: UserKind, id: string): Statement =>
  statement('DELETE FROM file_uses WHERE user_kind = ? AND user_id = ?', kind, id)

export const deleteUsesOfRuns = (runIds: readonly string[]): Statement =>
  statement(
    "DELETE FROM file_uses WHERE user_kind = 'run' AND user_id IN (SELECT value FROM json_each(?))",
    JSON.stringify(runIds),
  )

export const deleteUsesOfFile = (fileId: string): Statement =>
  statement('DELETE FROM file_uses WHERE file_id = ?', fileId)
