import { type Statement, statement } from '../../../db/statement.ts'

export type UserKind = 'run' | 'task' | 'agent' | 'deployment'

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
