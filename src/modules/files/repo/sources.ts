// Files for other modules that publish them: with their version, and many at a time.

export type SourceFile = {
  fileId: string
  version: number
  name: string
  contentType: string
  sizeBytes: number
  sha256: string
}

const COLUMNS =
  'f.id AS fileId, f.version, f.name, f.content_type AS contentType, f.size_bytes AS sizeBytes, f.sha256'

/**
 * By ids or names, in their order. An id takes precedence over a name that looks like one. Files of runs are found by
 * id.
 */
export async function findSourcesNamed(
  d1: D1Database,
  teamId: string,
  names: readonly string[],
): Promise<(SourceFile & { asked: string })[]> {
  const { results } = await d1
    .prepare(
      `SELECT one.value AS asked, ${COLUMNS} FROM json_each(?2) one CROSS JOIN files f
       ON f.id = coalesce(
         (SELECT i.id FROM files i WHERE i.id = one.value AND i.team_id = ?1 AND i.deleted_at IS NULL),
         (SELECT n.id FROM files n WHERE n.team_id = ?1 AND n.name = one.value AND n.deleted_at IS NULL AND n.run_id IS NULL))
       ORDER BY one.key`,
    )
    .bind(teamId, JSON.stringify(names))
    .all<SourceFile & { asked: string }>()
  return results
}

export async function findSourcesBelow(
  d1: D1Database,
  teamId: string,
  prefix: string,
  limit: number,
): Promise<SourceFile[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM files f WHERE f.team_id = ?1 AND f.deleted_at IS NULL AND f.run_id IS NULL
         AND f.name >= ?2 AND f.name < ?2 || char(1114111) ORDER BY f.name LIMIT ?3`,
    )
    .bind(teamId, prefix, limit)
    .all<SourceFile>()
  return results
}

/** The objects of these versions, including deleted files that can be restored. */
export async function findObjectKeys(
  d1: D1Database,
  teamId: string,
  versions: readonly { fileId: string; version: number }[],
): Promise<{ fileId: string; version: number; objectKey: string }[]> {
  const { results } = await d1
    .prepare(
      `SELECT v.file_id AS fileId, v.version, v.object_key AS objectKey FROM json_each(?2) one CROSS JOIN file_versions v
       ON v.file_id = one.value ->> 'fileId' AND v.version = one.value ->> 'version' AND v.team_id = ?1`,
    )
    .bind(teamId, JSON.stringify(versions))
    .all<{ fileId: string; version: number; objectKey: string }>()
  return results
}
