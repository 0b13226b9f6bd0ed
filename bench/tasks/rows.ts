// Inserts this many tasks of the team as rows, including what triggers derive from them, but without notifications.
import type { Engine } from '../engine/servers.ts'

const A_BATCH = 5_000

/** With dates of earlier days. Tasks that other cases create are newer. */
export const FILLED_UNTIL = '2025-12-01T00:00:00Z'

export async function fillTasks({ batch, teamId }: Engine, count: number): Promise<void> {
  for (let from = 0; from < count; from += A_BATCH)
    await batch([
      {
        sql: `INSERT INTO tasks (id, team_id, title, description, type, status, status_since, priority, root_id, due_sort, created_by, created_at,
            updated_at, started_at, finished_at, duration_ms, attempt, result)
          SELECT 'tsk_' || printf('%026d', n), ?1, 'Task ' || n, 'What there is to say about it, in a few words', iif(n % 3 = 0, 'research', 'custom'),
            CASE n % 4 WHEN 0 THEN 'draft' WHEN 1 THEN 'failed' ELSE 'succeeded' END, n, n % 10, 'tsk_' || printf('%026d', n), 9e15, 'usr_x',
            1760000000000 + n * 1000, 1760000000000 + n * 1000, 1760000000000 + n * 1000,
            iif(n % 4 = 0, NULL, 1760000001000 + n * 1000), iif(n % 4 = 0, NULL, n % 1000), 1, iif(n % 4 < 2, NULL, '{"n":' || n || '}')
          FROM (WITH RECURSIVE c(n) AS (SELECT ?2 UNION ALL SELECT n + 1 FROM c WHERE n < ?3) SELECT n FROM c)`,
        params: [teamId, from, Math.min(count, from + A_BATCH) - 1],
      },
      { sql: 'DELETE FROM task_changes' },
    ])
}
