import { type Statement, statement } from '../../../db/statement.ts'
import { recountStored } from './quota.ts'

export type RunFileRow = { id: string; objectKey: string; sizeBytes: number }

/** They have one version each, which never changes. */
export async function findFilesOfRun(
  d1: D1Database,
  teamId: string,
  runId: string,
  limit: number,
): Promise<RunFileRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT f.id, v.object_key AS objectKey, v.size_bytes AS sizeBytes FROM files f JOIN file_versions v ON v.file_id = f.id
       WHERE f.run_id = ?1 AND f.run_id IS NOT NULL AND f.team_id = ?2 LIMIT ?3`,
    )
    .bind(runId, teamId, limit)
    .all<RunFileRow>()
  return results
}

/** Deletes all or none, and counts the quota again in the same batch, so a concurrent repetition counts once. */
export function deleteFilesOfRun(teamId: string, runId: string, files: readonly RunFileRow[]): Statement[] {
  const ids = JSON.stringify(files.map(({ id }) => id))
  const chosen = 'SELECT one.value FROM json_each(?1) one'
  return [
    statement(`DELETE FROM file_versions WHERE file_id IN (${chosen})`, ids),
    statement(`DELETE FROM files WHERE id IN (${chosen}) AND run_id = ?2`, ids, runId),
    recountStored(teamId),
  ]
}

export async function findRunsWithFiles(
  d1: D1Database,
  runIds: readonly string[],
): Promise<{ runId: string; teamId: string; files: number }[]> {
  const { results } = await d1
    .prepare(
      `SELECT f.run_id AS runId, f.team_id AS teamId, count(*) AS files FROM json_each(?) one
       JOIN files f ON f.run_id = one.value AND f.run_id IS NOT NULL GROUP BY f.run_id, f.team_id`,
    )
    .bind(JSON.stringify(runIds))
    .all<{ runId: string; teamId: string; files: number }>()
  return results
}

/** Checked when a run is deleted: whether it has files to delete. */
export const hasRunFiles = (runId: string): Statement =>
  statement(
    `SELECT 1 FROM files WHERE run_id = ? AND run_id IS NOT NULL
     UNION ALL SELECT 1 FROM file_uses WHERE user_kind = 'run' AND user_id = ?`,
    runId,
    runId,
  )
