// Parents, derived from their subtasks.
import { type Statement, statement } from '../../../../db/statement.ts'
import type { TaskStatus } from '../../pure/status.ts'

export type PartRow = { parentId: string; status: TaskStatus; progress: number; weight: number; n: number }

/** The subtasks of these parents. Equal ones are combined in one row. */
export async function findParts(
  d1: D1Database,
  teamId: string,
  parentIds: readonly string[],
): Promise<PartRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT c.parent_id AS parentId, c.status, c.progress, c.weight, count(*) AS n
       FROM json_each(?1) i CROSS JOIN tasks c ON c.team_id = ?2 AND c.parent_id = i.value
       GROUP BY c.parent_id, c.status, c.progress, c.weight`,
    )
    .bind(JSON.stringify(parentIds), teamId)
    .all<PartRow>()
  return results
}

/** Writes only changes. */
export const updateSum = (
  parentId: string,
  { status, progress }: { status: TaskStatus; progress: number },
  hasEnded: boolean,
  now: number,
): Statement =>
  statement(
    `UPDATE tasks SET status = ?2, progress = ?3, updated_at = ?5, reason = NULL,
       status_since = CASE WHEN status <> ?2 THEN ?5 ELSE status_since END,
       started_at = CASE WHEN started_at IS NULL AND ?2 IN ('running', 'waiting') THEN ?5 ELSE started_at END,
       finished_at = CASE WHEN ?4 = 0 THEN NULL WHEN finished_at IS NULL THEN ?5 ELSE finished_at END
     WHERE id = ?1 AND children > 0 AND (status <> ?2 OR progress <> ?3)`,
    parentId,
    status,
    progress,
    hasEnded ? 1 : 0,
    now,
  )
