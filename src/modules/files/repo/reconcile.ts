import { type Statement, statement } from '../../../db/statement.ts'
import { addStored } from './quota.ts'

export type KeyedVersion = {
  objectKey: string
  fileId: string
  teamId: string
  version: number
  sizeBytes: number
  createdAt: number
}

/** The versions whose objects are between two keys. */
export async function findVersionsBetween(
  d1: D1Database,
  after: string,
  upTo: string,
  limit: number,
): Promise<KeyedVersion[]> {
  const { results } = await d1
    .prepare(
      `SELECT object_key AS objectKey, file_id AS fileId, team_id AS teamId, version, size_bytes AS sizeBytes, created_at AS createdAt
       FROM file_versions WHERE object_key > ? AND object_key <= ? ORDER BY object_key LIMIT ?`,
    )
    .bind(after, upTo, limit)
    .all<KeyedVersion>()
  return results
}

/** Which of these uploads exist. */
export async function findUploadIds(d1: D1Database, ids: readonly string[]): Promise<Set<string>> {
  const { results } = await d1
    .prepare('SELECT u.id FROM json_each(?) one CROSS JOIN file_uploads u WHERE u.id = one.value')
    .bind(JSON.stringify(ids))
    .all<{ id: string }>()
  return new Set(results.map(({ id }) => id))
}

/** The guard of forgetting a version with lost content. */
export const deleteLostVersion = ({ fileId, version, objectKey }: KeyedVersion): Statement =>
  statement(
    'DELETE FROM file_versions WHERE file_id = ? AND version = ? AND object_key = ?',
    fileId,
    version,
    objectKey,
  )

/** The file continues with its newest remaining version, or is deleted with its last one. */
export const updateAfterLostVersion = ({ fileId, teamId, version, sizeBytes }: KeyedVersion): Statement[] => [
  addStored(teamId, -sizeBytes),
  statement(
    `UPDATE files SET (version, size_bytes, sha256, content_type, revision) =
       (SELECT v.version, v.size_bytes, v.sha256, v.content_type, files.revision + 1 FROM file_versions v
        WHERE v.file_id = files.id ORDER BY v.version DESC LIMIT 1)
     WHERE id = ?1 AND version = ?2 AND EXISTS (SELECT 1 FROM file_versions v WHERE v.file_id = ?1)`,
    fileId,
    version,
  ),
  statement(
    'DELETE FROM files WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM file_versions v WHERE v.file_id = ?1)',
    fileId,
  ),
]

export async function findTeamsAfter(d1: D1Database, after: string, limit: number): Promise<string[]> {
  const { results } = await d1
    .prepare('SELECT id FROM teams WHERE id > ? ORDER BY id LIMIT ?')
    .bind(after, limit)
    .all<{ id: string }>()
  return results.map(({ id }) => id)
}
