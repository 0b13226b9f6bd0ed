/** A file as runs and their expressions see it. */
export type FileRef = { $file: string; name: string; type: string; sizeBytes: number; sha256: string }

export type SelectedRow = {
  id: string
  name: string
  objectKey: string
  sizeBytes: number
  updatedAt: number
}

const COLUMNS = `f.id, f.name, v.object_key AS objectKey, f.size_bytes AS sizeBytes, f.updated_at AS updatedAt`
const FROM = `files f JOIN file_versions v ON v.file_id = f.id AND v.version = f.version`
const LIVE = 'f.team_id = ?1 AND f.deleted_at IS NULL AND f.run_id IS NULL'

export async function findByIds(
  d1: D1Database,
  teamId: string,
  ids: readonly string[],
): Promise<SelectedRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM json_each(?2) one CROSS JOIN ${FROM} WHERE f.id = one.value AND ${LIVE} ORDER BY one.key`,
    )
    .bind(teamId, JSON.stringify(ids))
    .all<SelectedRow>()
  return results
}

export async function findByPrefix(
  d1: D1Database,
  teamId: string,
  prefix: string,
  limit: number,
): Promise<SelectedRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM ${FROM} WHERE ${LIVE} AND f.name >= ?2 AND f.name < ?2 || char(1114111) ORDER BY f.name LIMIT ?3`,
    )
    .bind(teamId, prefix, limit)
    .all<SelectedRow>()
  return results
}

/** These files as a run and its expressions see them. Includes files of runs, because runs pass them on. */
export async function findRefs(d1: D1Database, teamId: string, ids: readonly string[]): Promise<FileRef[]> {
  const { results } = await d1
    .prepare(
      `SELECT f.id AS "$file", f.name, f.content_type AS type, f.size_bytes AS sizeBytes, f.sha256
       FROM json_each(?2) one CROSS JOIN files f WHERE f.id = one.value AND f.team_id = ?1 AND f.deleted_at IS NULL`,
    )
    .bind(teamId, JSON.stringify(ids))
    .all<FileRef>()
  return results
}
