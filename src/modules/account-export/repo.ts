import type { ExportList } from '../../db/export-list.ts'

export type ExportedTeam = { id: string; owned: number }

export async function findTeamsToExport(d1: D1Database, userId: string): Promise<ExportedTeam[]> {
  const { results } = await d1
    .prepare(
      `SELECT m.team_id AS id, t.owner_id = m.user_id AS owned FROM team_members m JOIN teams t ON t.id = m.team_id
       WHERE m.user_id = ? ORDER BY m.team_id`,
    )
    .bind(userId)
    .all<ExportedTeam>()
  return results
}

export type ExportRow = Record<string, string | number | null>

export async function findExportPage(
  d1: D1Database,
  list: ExportList,
  owner: { userId: string; teamId: string },
  after: (string | number)[],
  limit: number,
): Promise<ExportRow[]> {
  const { results } = await d1
    .prepare(list.sql)
    .bind(owner.userId, owner.teamId, limit, ...after)
    .all<ExportRow>()
  return results
}
