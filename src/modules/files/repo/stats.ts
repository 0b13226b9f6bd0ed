import type { FileStats } from '../schema/file.ts'

type Counted = { files: number; sizeBytes: number }

export type StatsRows = {
  deleted: Counted
  byType: ({ contentType: string } & Counted)[]
  byMonth: FileStats['byMonth']
}

const LIVE = 'team_id = ?1 AND deleted_at IS NULL AND run_id IS NULL'
const SUMS = 'count(*) AS files, COALESCE(sum(size_bytes), 0) AS sizeBytes'

export async function findStats(d1: D1Database, teamId: string): Promise<StatsRows> {
  const ask = (sql: string) => d1.prepare(sql).bind(teamId)
  const [deleted, byType, byMonth] = await d1.batch<Record<string, never>>([
    ask(`SELECT ${SUMS} FROM files WHERE team_id = ?1 AND deleted_at IS NOT NULL AND run_id IS NULL`),
    ask(
      `SELECT content_type AS contentType, ${SUMS} FROM files WHERE ${LIVE} GROUP BY content_type ORDER BY sizeBytes DESC`,
    ),
    ask(
      `SELECT strftime('%Y-%m', created_at / 1000, 'unixepoch') AS month, ${SUMS} FROM files WHERE ${LIVE}
       GROUP BY month ORDER BY month DESC LIMIT 120`,
    ),
  ])
  return {
    deleted: (deleted?.results[0] ?? { files: 0, sizeBytes: 0 }) as unknown as Counted,
    byType: (byType?.results ?? []) as unknown as StatsRows['byType'],
    byMonth: (byMonth?.results ?? []) as unknown as StatsRows['byMonth'],
  }
}
