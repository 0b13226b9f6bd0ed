import type { deploymentFiles, FileState } from '../../../db/schema/index.ts'
import { type Statement, statement } from '../../../db/statement.ts'

export type FileRow = Omit<typeof deploymentFiles.$inferSelect, 'deploymentId' | 'teamId'>

const COLUMNS = `n, path, size_bytes AS sizeBytes, content_type AS contentType, sha256, digest, meta, state, file_id AS fileId,
  file_version AS fileVersion, inline_text AS inlineText, zip_offset AS zipOffset, zip_bytes AS zipBytes, zip_method AS zipMethod`

const ROWS_A_STATEMENT = 1_000

/** Replaces the whole manifest. */
export function replaceFiles(teamId: string, deploymentId: string, rows: readonly FileRow[]): Statement[] {
  const statements = [statement('DELETE FROM deployment_files WHERE deployment_id = ?', deploymentId)]
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT)
    statements.push(
      statement(
        `INSERT INTO deployment_files (deployment_id, team_id, n, path, size_bytes, content_type, sha256, digest, meta, state,
           file_id, file_version, inline_text, zip_offset, zip_bytes, zip_method)
         SELECT ?1, ?2, r.value ->> 'n', r.value ->> 'path', r.value ->> 'sizeBytes', r.value ->> 'contentType', r.value ->> 'sha256',
           r.value ->> 'digest', r.value ->> 'meta', r.value ->> 'state', r.value ->> 'fileId', r.value ->> 'fileVersion', r.value ->> 'inlineText',
           r.value ->> 'zipOffset', r.value ->> 'zipBytes', r.value ->> 'zipMethod'
         FROM json_each(?3) r`,
        deploymentId,
        teamId,
        JSON.stringify(rows.slice(at, at + ROWS_A_STATEMENT)),
      ),
    )
  return statements
}

export async function findFiles(d1: D1Database, deploymentId: string): Promise<FileRow[]> {
  const { results } = await d1
    .prepare(`SELECT ${COLUMNS} FROM deployment_files WHERE deployment_id = ? ORDER BY n`)
    .bind(deploymentId)
    .all<FileRow>()
  return results
}

/** The next files to send: first those that may have been sent already. */
export async function findUnsent(d1: D1Database, deploymentId: string, limit: number): Promise<FileRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM deployment_files WHERE deployment_id = ? AND state IN ('sending', 'send')
       ORDER BY state = 'send', n LIMIT ?`,
    )
    .bind(deploymentId, limit)
    .all<FileRow>()
  return results
}

export async function countUnsent(d1: D1Database, deploymentId: string): Promise<number> {
  const row = await d1
    .prepare(
      "SELECT count(*) AS n FROM deployment_files WHERE deployment_id = ? AND state IN ('sending', 'send')",
    )
    .bind(deploymentId)
    .first<{ n: number }>()
  return row?.n ?? 0
}

export const setFileStates = (deploymentId: string, ns: readonly number[], state: FileState): Statement =>
  statement(
    'UPDATE deployment_files SET state = ?2 WHERE deployment_id = ?1 AND n IN (SELECT value FROM json_each(?3))',
    deploymentId,
    state,
    JSON.stringify(ns),
  )

/** The platform does not have these contents. */
export const requeueFiles = (deploymentId: string, digests: readonly string[]): Statement =>
  statement(
    `UPDATE deployment_files SET state = 'send' WHERE deployment_id = ?1 AND state <> 'removed'
       AND digest IN (SELECT value FROM json_each(?2))`,
    deploymentId,
    JSON.stringify(digests),
  )

export const deleteFiles = (deploymentId: string): Statement =>
  statement('DELETE FROM deployment_files WHERE deployment_id = ?', deploymentId)

/** A page of the manifest, by path. */
export async function findFilePage(
  d1: D1Database,
  deploymentId: string,
  after: string,
  limit: number,
): Promise<FileRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM deployment_files WHERE deployment_id = ? AND path > ? ORDER BY path LIMIT ?`,
    )
    .bind(deploymentId, after, limit)
    .all<FileRow>()
  return results
}
