import { columns, type HotRead, hotList, hotRead } from '../../../db/hot-read.ts'
import type { files } from '../../../db/schema/index.ts'
import { type Statement, statement } from '../../../db/statement.ts'
import type { Stored } from '../../../db/stored.ts'

export type FileRow = Pick<
  Stored<typeof files.$inferSelect>,
  | 'id'
  | 'teamId'
  | 'name'
  | 'version'
  | 'revision'
  | 'tags'
  | 'uploadedBy'
  | 'runId'
  | 'createdAt'
  | 'updatedAt'
  | 'deletedAt'
> & {
  contentType: string
  sizeBytes: number
  sha256: string
}

const FIELDS: Record<keyof FileRow, string> = {
  id: 'f.id',
  teamId: 'f.team_id',
  name: 'f.name',
  version: 'f.version',
  revision: 'f.revision',
  contentType: 'f.content_type',
  sizeBytes: 'f.size_bytes',
  sha256: 'f.sha256',
  tags: 'f.tags',
  uploadedBy: 'f.uploaded_by',
  runId: 'f.run_id',
  createdAt: 'f.created_at',
  updatedAt: 'f.updated_at',
  deletedAt: 'f.deleted_at',
}

export const COLUMNS = columns<FileRow>(FIELDS)

const WRITTEN = columns<FileRow>({
  ...FIELDS,
  version: 'v.version',
  contentType: 'v.content_type',
  sizeBytes: 'v.size_bytes',
  sha256: 'v.sha256',
})

/** Includes deleted files, while they can be restored. */
export const findFile = (teamId: string, id: string): HotRead<FileRow> =>
  hotRead(COLUMNS, 'FROM files f WHERE f.id = ?1 AND f.team_id = ?2', [id, teamId])

export const findFileByName = (teamId: string, name: string): HotRead<FileRow> =>
  hotRead(
    COLUMNS,
    'FROM files f WHERE f.team_id = ?1 AND f.name = ?2 AND f.deleted_at IS NULL AND f.run_id IS NULL',
    [teamId, name],
  )

/** A file with the bytes of one of its versions. */
export type ContentRow = FileRow & { objectKey: string; writtenAt: number }

const CONTENT = columns<ContentRow>({
  ...FIELDS,
  contentType: 'v.content_type',
  sizeBytes: 'v.size_bytes',
  sha256: 'v.sha256',
  objectKey: 'v.object_key',
  writtenAt: 'v.created_at',
})

/** `which` is a condition on the file `f`, without `?1` and `?2`. The current version, unless another is named. */
const contentWhere = (
  teamId: string,
  version: number | null,
  which: string,
  params: string[],
): HotRead<ContentRow> =>
  hotRead(
    CONTENT,
    `FROM files f JOIN file_versions v ON v.file_id = f.id AND v.version = COALESCE(?2, f.version) AND v.team_id = f.team_id
     WHERE f.team_id = ?1 AND ${which}`,
    [teamId, version, ...params],
  )

/** Of deleted files as well, while they can be restored. */
export const findContent = (teamId: string, id: string, version: number | null): HotRead<ContentRow> =>
  contentWhere(teamId, version, 'f.id = ?3', [id])

export const findContentByName = (
  teamId: string,
  { userId, name }: { userId: string; name: string },
  version: number | null,
): HotRead<ContentRow> =>
  contentWhere(
    teamId,
    version,
    'f.name = ?3 AND f.deleted_at IS NULL AND f.run_id IS NULL AND f.uploaded_by = ?4',
    [name, userId],
  )

/** The file with the version that the operation has written, even if it is not the current one. */
export const findFileByOperation = (teamId: string, operationId: string): HotRead<FileRow> =>
  hotRead(
    WRITTEN,
    `FROM file_versions v JOIN files f ON f.id = v.file_id
     WHERE v.operation_id IS NOT NULL AND v.operation_id = ?1 AND v.team_id = ?2`,
    [operationId, teamId],
  )

/** The guard of a change of name or tags. */
export const updateFile = (
  where: { id: string; teamId: string; revision: number },
  changes: { name?: string; contentType?: string; tags?: string[] },
  now: number,
): Statement =>
  statement(
    `UPDATE files SET name = COALESCE(?4, name), content_type = COALESCE(?5, content_type), tags = COALESCE(?6, tags),
       revision = revision + 1, updated_at = max(?7, updated_at)
     WHERE id = ?1 AND team_id = ?2 AND revision = ?3 AND deleted_at IS NULL AND run_id IS NULL`,
    where.id,
    where.teamId,
    where.revision,
    changes.name ?? null,
    changes.contentType ?? null,
    changes.tags === undefined ? null : JSON.stringify(changes.tags),
    now,
  )

/** The guard of a deletion that can be undone. */
export const markFileDeleted = (
  where: { id: string; teamId: string; revision: number },
  now: number,
): Statement =>
  statement(
    `UPDATE files SET deleted_at = ?4, revision = revision + 1, updated_at = max(?4, updated_at)
     WHERE id = ?1 AND team_id = ?2 AND revision = ?3 AND deleted_at IS NULL`,
    where.id,
    where.teamId,
    where.revision,
    now,
  )

/** The guard of a restoration: of a deleted file, of an earlier version, with another name, or several of these. */
export const restoreFile = (
  where: { id: string; teamId: string; revision: number },
  to: { name: string; version: number },
  now: number,
): Statement =>
  statement(
    `UPDATE files SET (deleted_at, name, version, size_bytes, sha256, content_type, revision, updated_at) =
       (SELECT NULL, ?4, v.version, v.size_bytes, v.sha256, v.content_type, files.revision + 1, max(?6, files.updated_at)
        FROM file_versions v WHERE v.file_id = files.id AND v.version = ?5)
     WHERE id = ?1 AND team_id = ?2 AND revision = ?3 AND run_id IS NULL
       AND EXISTS (SELECT 1 FROM file_versions v WHERE v.file_id = ?1 AND v.version = ?5)`,
    where.id,
    where.teamId,
    where.revision,
    to.name,
    to.version,
    now,
  )

/** The guard of the final deletion: only if the file is deleted, and as it was read. */
export const deleteFile = (where: { id: string; teamId: string; revision: number }): Statement =>
  statement(
    'DELETE FROM files WHERE id = ? AND team_id = ? AND revision = ? AND deleted_at IS NOT NULL',
    where.id,
    where.teamId,
    where.revision,
  )

export async function findDeletedBefore(d1: D1Database, before: number, limit: number): Promise<FileRow[]> {
  const { sql, params } = hotList(
    COLUMNS,
    'FROM files f WHERE f.deleted_at IS NOT NULL AND f.deleted_at <= ?1 ORDER BY f.deleted_at',
    [before],
    limit,
  )
  const { results } = await d1
    .prepare(sql)
    .bind(...params)
    .all<FileRow>()
  return results
}
