import { promiseStands } from '../../../db/promised-deletion.ts'
import { type Statement, statement } from '../../../db/statement.ts'
import { hasRoomSql } from './quota.ts'

export type VersionRow = {
  version: number
  objectKey: string
  contentType: string
  sizeBytes: number
  sha256: string
  createdBy: string | null
  createdAt: number
}

const COLUMNS = `version, object_key AS objectKey, content_type AS contentType, size_bytes AS sizeBytes, sha256,
  created_by AS createdBy, created_at AS createdAt`

/** The newest first. A plan keeps at most a hundred. */
export async function findVersions(d1: D1Database, teamId: string, fileId: string): Promise<VersionRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM file_versions WHERE file_id = ? AND team_id = ? ORDER BY version DESC LIMIT 1000`,
    )
    .bind(fileId, teamId)
    .all<VersionRow>()
  return results
}

/** An object in the bucket, with the scheduled deletion that would remove it. */
export type StoredObject = {
  objectKey: string
  promiseId: string
  contentType: string
  sizeBytes: number
  sha256: string
}

export type NewFile = {
  id: string
  teamId: string
  name: string
  tags: string[]
  uploadedBy: string | null
  runId: string | null
  operationId: string | null
  object: StoredObject
  now: number
}

/** A guard: the team exists, it has room, and the object is not being deleted. */
export const insertFile = ({ id, teamId, name, tags, uploadedBy, runId, object, now }: NewFile): Statement =>
  statement(
    `INSERT INTO files (id, team_id, name, version, content_type, size_bytes, sha256, tags, uploaded_by, run_id, created_at, updated_at)
     SELECT ?1, t.id, ?3, 1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10 FROM teams t
     WHERE t.id = ?2 AND ${hasRoomSql('?5')} AND ${promiseStands('?11')}
       AND (?9 IS NULL OR NOT EXISTS (SELECT 1 FROM runs r WHERE r.id = ?9 AND r.deleted_at IS NOT NULL))`,
    id,
    teamId,
    name,
    object.contentType,
    object.sizeBytes,
    object.sha256,
    JSON.stringify(tags),
    uploadedBy,
    runId,
    now,
    object.promiseId,
  )

/** A guard like that of `insertFile`, for a file that is still as it was read. */
export const updateFileContent = (
  where: { id: string; teamId: string; revision: number },
  object: StoredObject,
  freedBytes: number,
  tags: string[] | null,
  now: number,
): Statement =>
  statement(
    `UPDATE files SET version = (SELECT max(v.version) + 1 FROM file_versions v WHERE v.file_id = ?1), revision = revision + 1,
       content_type = ?4, size_bytes = ?5, sha256 = ?6, tags = COALESCE(?9, tags), updated_at = max(?7, updated_at)
     WHERE id = ?1 AND team_id = ?2 AND revision = ?3 AND deleted_at IS NULL AND run_id IS NULL
       AND EXISTS (SELECT 1 FROM teams t WHERE t.id = ?2 AND ${hasRoomSql('?5 - ?10')}) AND ${promiseStands('?8')}`,
    where.id,
    where.teamId,
    where.revision,
    object.contentType,
    object.sizeBytes,
    object.sha256,
    now,
    object.promiseId,
    tags === null ? null : JSON.stringify(tags),
    freedBytes,
  )

/** The current version of the file. */
export const insertVersion = (
  fileId: string,
  object: StoredObject,
  createdBy: string | null,
  operationId: string | null,
  now: number,
): Statement =>
  statement(
    `INSERT INTO file_versions (file_id, version, team_id, object_key, content_type, size_bytes, sha256, created_by, created_at, operation_id)
     SELECT f.id, f.version, f.team_id, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM files f WHERE f.id = ?1`,
    fileId,
    object.objectKey,
    object.contentType,
    object.sizeBytes,
    object.sha256,
    createdBy,
    now,
    operationId,
  )

export const deleteVersions = (fileId: string, versions: number[]): Statement =>
  statement(
    'DELETE FROM file_versions WHERE file_id = ?1 AND version IN (SELECT value FROM json_each(?2))',
    fileId,
    JSON.stringify(versions),
  )
