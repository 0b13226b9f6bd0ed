import { type Statement, statement } from '../../../db/statement.ts'

export type LogLevel = 'info' | 'warn' | 'error'
export type NewLine = { level: LogLevel; message: string; file?: string; bytes?: number }
export type LogRow = {
  seq: number
  at: number
  level: LogLevel
  message: string
  file: string | null
  bytes: number | null
}

/** Continues the numbers of the newest line. Returns the lines as they are stored. */
export const insertLines = (
  teamId: string,
  deploymentId: string,
  lines: readonly NewLine[],
  now: number,
): Statement =>
  statement(
    `INSERT INTO deployment_logs (deployment_id, seq, team_id, at, level, message, file, bytes)
     SELECT ?1, (SELECT coalesce(max(seq), 0) FROM deployment_logs WHERE deployment_id = ?1) + l.key + 1, ?2, ?4,
       l.value ->> 'level', l.value ->> 'message', l.value ->> 'file', l.value ->> 'bytes'
     FROM json_each(?3) l
     RETURNING seq, at, level, message, file, bytes`,
    deploymentId,
    teamId,
    JSON.stringify(lines),
    now,
  )

export async function findLines(
  d1: D1Database,
  deploymentId: string,
  { after, limit, descending }: { after: number | null; limit: number; descending: boolean },
): Promise<LogRow[]> {
  const start = after ?? (descending ? Number.MAX_SAFE_INTEGER : 0)
  const { results } = await d1
    .prepare(
      `SELECT seq, at, level, message, file, bytes FROM deployment_logs WHERE deployment_id = ? AND seq ${descending ? '<' : '>'} ?
       ORDER BY seq ${descending ? 'DESC' : 'ASC'} LIMIT ?`,
    )
    .bind(deploymentId, start, limit)
    .all<LogRow>()
  return results
}

export const deleteLines = (deploymentId: string): Statement =>
  statement('DELETE FROM deployment_logs WHERE deployment_id = ?', deploymentId)
