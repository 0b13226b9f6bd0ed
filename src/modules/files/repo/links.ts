import { columns, type HotRead, hotRead } from '../../../db/hot-read.ts'
import { keysetRead } from '../../../db/paginate.ts'
import type { fileLinks } from '../../../db/schema/index.ts'
import { type Statement, statement } from '../../../db/statement.ts'
import type { Stored } from '../../../db/stored.ts'
import type { ListFileLinks } from '../schema/link.ts'

export type LinkRow = Pick<
  Stored<typeof fileLinks.$inferSelect>,
  | 'id'
  | 'teamId'
  | 'fileId'
  | 'folder'
  | 'maxBytes'
  | 'maxUses'
  | 'uses'
  | 'lastUsedAt'
  | 'createdBy'
  | 'createdAt'
  | 'expiresAt'
  | 'revokedAt'
> & {
  kind: 'download' | 'upload'
  disposition: 'attachment' | 'inline'
}

const COLUMNS = columns<LinkRow>({
  id: 'l.id',
  teamId: 'l.team_id',
  kind: 'l.kind',
  fileId: 'l.file_id',
  disposition: 'l.disposition',
  folder: 'l.folder',
  maxBytes: 'l.max_bytes',
  maxUses: 'l.max_uses',
  uses: 'l.uses',
  lastUsedAt: 'l.last_used_at',
  createdBy: 'l.created_by',
  createdAt: 'l.created_at',
  expiresAt: 'l.expires_at',
  revokedAt: 'l.revoked_at',
})

export type NewLink = Omit<LinkRow, 'uses' | 'lastUsedAt' | 'revokedAt'> & { tokenHash: string }

export const insertLink = (row: NewLink): Statement =>
  statement(
    `INSERT INTO file_links (id, team_id, kind, token_hash, file_id, disposition, folder, max_bytes, max_uses, created_by, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    row.id,
    row.teamId,
    row.kind,
    row.tokenHash,
    row.fileId,
    row.disposition,
    row.folder,
    row.maxBytes,
    row.maxUses,
    row.createdBy,
    row.createdAt,
    row.expiresAt,
  )

/** A link works while its creator is an active member of the team with the right to create links. */
export const findLinkByHash = (kind: LinkRow['kind'], tokenHash: string): HotRead<LinkRow> =>
  hotRead(
    COLUMNS,
    `FROM file_links l JOIN team_members m ON m.team_id = l.team_id AND m.user_id = l.created_by
       JOIN users u ON u.id = m.user_id
     WHERE l.token_hash = ?1 AND l.kind = ?2 AND l.revoked_at IS NULL AND u.status = 'active' AND m.role <> 'viewer'`,
    [tokenHash, kind],
  )

export function findLinks(teamId: string, query: ListFileLinks): HotRead<LinkRow> {
  const params: (string | number)[] = [teamId]
  const where = ['l.team_id = ?1']
  if (query.fileId !== undefined) {
    params.push(query.fileId)
    where.push(`l.file_id = ?${params.length}`)
  }
  return keysetRead(
    COLUMNS,
    { from: 'file_links l', where, params, column: 'l.created_at', id: 'l.id' },
    query,
  )
}

export async function countLinks(d1: D1Database, teamId: string, fileId?: string): Promise<number> {
  const row = await d1
    .prepare('SELECT count(*) AS n FROM file_links WHERE team_id = ?1 AND (?2 IS NULL OR file_id = ?2)')
    .bind(teamId, fileId ?? null)
    .first<{ n: number }>()
  return row?.n ?? 0
}

export const revokeLink = (teamId: string, id: string, now: number): Statement =>
  statement(
    'UPDATE file_links SET revoked_at = ? WHERE id = ? AND team_id = ? AND revoked_at IS NULL',
    now,
    id,
    teamId,
  )

/** Counts a download. False if the maximum is reached. */
export async function countDownload(d1: D1Database, id: string, now: number): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      'UPDATE file_links SET uses = uses + 1, last_used_at = ?2 WHERE id = ?1 AND (max_uses IS NULL OR uses < max_uses)',
    )
    .bind(id, now)
    .run()
  return meta.changes === 1
}

/**
 * Takes the single use of an upload link. If it was taken and brought no file within some time, it can be taken
 * again.
 */
export async function claimUploadLink(
  d1: D1Database,
  id: string,
  now: number,
  leaseMs: number,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `UPDATE file_links SET uses = 1, last_used_at = ?2
       WHERE id = ?1 AND file_id IS NULL AND (uses = 0 OR last_used_at <= ?3)`,
    )
    .bind(id, now, now - leaseMs)
    .run()
  return meta.changes === 1
}

export async function releaseUploadLink(d1: D1Database, id: string): Promise<void> {
  await d1.prepare('UPDATE file_links SET uses = 0 WHERE id = ? AND file_id IS NULL').bind(id).run()
}

export const setLinkFile = (id: string, fileId: string): Statement =>
  statement('UPDATE file_links SET file_id = ?2 WHERE id = ?1', id, fileId)
