import type { fileUploads } from '../../../db/schema/index.ts'
import { type Statement, statement } from '../../../db/statement.ts'
import type { Stored } from '../../../db/stored.ts'
import type { OnConflict } from '../schema/file.ts'
import { hasRoomSql } from './quota.ts'

export type UploadRow = Pick<
  Stored<typeof fileUploads.$inferSelect>,
  | 'id'
  | 'teamId'
  | 'createdBy'
  | 'name'
  | 'sizeBytes'
  | 'sha256'
  | 'tags'
  | 'fileId'
  | 'createdAt'
  | 'expiresAt'
> & {
  onConflict: OnConflict
}

const COLUMNS = `id, team_id AS teamId, created_by AS createdBy, name, size_bytes AS sizeBytes, sha256, tags, on_conflict AS onConflict,
  file_id AS fileId, created_at AS createdAt, expires_at AS expiresAt`

export const findUpload = (
  d1: D1Database,
  teamId: string,
  id: string,
  now: number,
): Promise<UploadRow | null> =>
  d1
    .prepare(`SELECT ${COLUMNS} FROM file_uploads WHERE id = ? AND team_id = ? AND expires_at > ?`)
    .bind(id, teamId, now)
    .first<UploadRow>()

const OPEN = 'FROM file_uploads u WHERE u.team_id = t.id AND u.expires_at > ?9 AND u.file_id IS NULL'

/** A guard: the team has few enough uploads in progress, and room for all of them. */
export const insertUpload = (row: Omit<UploadRow, 'fileId'>, maxOpen: number): Statement =>
  statement(
    `INSERT INTO file_uploads (id, team_id, created_by, name, size_bytes, sha256, tags, on_conflict, created_at, expires_at)
     SELECT ?1, t.id, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM teams t WHERE t.id = ?2 AND (SELECT count(*) ${OPEN}) < ?11
       AND ${hasRoomSql(`(?5 + COALESCE((SELECT sum(u.size_bytes) ${OPEN}), 0))`)}`,
    row.id,
    row.teamId,
    row.createdBy,
    row.name,
    row.sizeBytes,
    row.sha256,
    row.tags,
    row.onConflict,
    row.createdAt,
    row.expiresAt,
    maxOpen,
  )

export async function countOpenUploads(d1: D1Database, teamId: string, now: number): Promise<number> {
  const row = await d1
    .prepare(
      'SELECT count(*) AS n FROM file_uploads WHERE team_id = ? AND expires_at > ? AND file_id IS NULL',
    )
    .bind(teamId, now)
    .first<{ n: number }>()
  return row?.n ?? 0
}

export const completeUpload = (id: string, fileId: string): Statement =>
  statement('UPDATE file_uploads SET file_id = ?2 WHERE id = ?1', id, fileId)

export const deleteUpload = (id: string, teamId: string): Statement =>
  statement('DELETE FROM file_uploads WHERE id = ? AND team_id = ?', id, teamId)

export async function findExpiredUploads(
  d1: D1Database,
  now: number,
  limit: number,
): Promise<{ id: string; teamId: string }[]> {
  const { results } = await d1
    .prepare(
      'SELECT id, team_id AS teamId FROM file_uploads WHERE expires_at <= ? ORDER BY expires_at LIMIT ?',
    )
    .bind(now, limit)
    .all<{ id: string; teamId: string }>()
  return results
}
