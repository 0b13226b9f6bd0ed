import { type Statement, statement } from '../../../db/statement.ts'
import type { ChainRow } from '../chain.ts'
import { ENTRY_COLUMNS } from './chain.ts'

export type ArchivePart = {
  teamId: string
  fromSeq: number
  throughSeq: number
  entries: number
  objectKey: string
  archivedAt: number
}

const COLUMNS =
  'team_id AS teamId, from_seq AS fromSeq, through_seq AS throughSeq, entries, object_key AS objectKey, archived_at AS archivedAt'

/** The oldest entries that are still in the table, if they are sealed. */
export async function findOldest(d1: D1Database, teamId: string, limit: number): Promise<ChainRow[]> {
  const { results } = await d1
    .prepare(`SELECT ${ENTRY_COLUMNS} FROM audit_log WHERE team_id = ? ORDER BY seq LIMIT ?`)
    .bind(teamId, limit)
    .all<ChainRow>()
  return results
}

export const insertPart = (part: ArchivePart): Statement =>
  statement(
    `INSERT INTO audit_archives (team_id, from_seq, through_seq, entries, object_key, archived_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
    part.teamId,
    part.fromSeq,
    part.throughSeq,
    part.entries,
    part.objectKey,
    part.archivedAt,
  )

/** Deletes only entries that are in a part. */
export const deleteArchived = (teamId: string, throughSeq: number): Statement =>
  statement(
    `DELETE FROM audit_log WHERE team_id = ?1 AND seq <= ?2
       AND EXISTS (SELECT 1 FROM audit_archives WHERE team_id = ?1 AND through_seq = ?2)`,
    teamId,
    throughSeq,
  )

/** The part with the entries after this one; null if they are in the table. */
export const findPartAfter = (
  d1: D1Database,
  teamId: string,
  afterSeq: number,
): Promise<ArchivePart | null> =>
  d1
    .prepare(
      `SELECT ${COLUMNS} FROM audit_archives WHERE team_id = ? AND through_seq > ? ORDER BY through_seq LIMIT 1`,
    )
    .bind(teamId, afterSeq)
    .first<ArchivePart>()

export async function findParts(
  d1: D1Database,
  teamId: string,
  afterSeq: number,
  limit: number,
): Promise<ArchivePart[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM audit_archives WHERE team_id = ? AND through_seq > ? ORDER BY through_seq LIMIT ?`,
    )
    .bind(teamId, afterSeq, limit)
    .all<ArchivePart>()
  return results
}

export async function countParts(d1: D1Database, teamId: string): Promise<number> {
  const row = await d1
    .prepare('SELECT count(*) AS total FROM audit_archives WHERE team_id = ?')
    .bind(teamId)
    .first<{ total: number }>()
  return row?.total ?? 0
}
