// The graph of required orders, as far as it can be reached from some tasks.
import { type Statement, statement } from '../../../db/statement.ts'

// `+` keeps the planner from the index of the team, which has all of its dependencies.

export type GraphRow = { id: string; parentId: string; dependsOn: string | null }

/** More rows than this fill what D1 answers at once. */
export const MAX_GRAPH_ROWS = 200_000

/**
 * These tasks with everything that comes before them: dependencies, parents and subtasks, recursively. One row per
 * task and dependency. A result with more than `most` tasks, or `MAX_GRAPH_ROWS` rows, is incomplete.
 */
export async function findBefore(
  d1: D1Database,
  teamId: string,
  ids: readonly string[],
  most: number,
): Promise<GraphRow[]> {
  const { results } = await d1
    .prepare(
      `WITH RECURSIVE before(id) AS (
         SELECT value FROM json_each(?1)
         UNION SELECT d.depends_on FROM before CROSS JOIN task_dependencies d ON d.task_id = before.id
         UNION SELECT t.parent_id FROM before CROSS JOIN tasks t ON t.id = before.id WHERE t.parent_id <> ''
         UNION SELECT c.id FROM before CROSS JOIN tasks c ON c.team_id = ?2 AND c.parent_id = before.id
         LIMIT ?3)
       SELECT t.id, t.parent_id AS parentId, d.depends_on AS dependsOn
       FROM before CROSS JOIN tasks t ON t.id = before.id AND t.team_id = ?2
       LEFT JOIN task_dependencies d ON d.task_id = t.id LIMIT ${MAX_GRAPH_ROWS + 1}`,
    )
    .bind(JSON.stringify(ids), teamId, most + 1)
    .all<GraphRow>()
  return results
}

/** All tasks that dependencies connect with this one, in either direction. */
export async function findConnected(
  d1: D1Database,
  teamId: string,
  id: string,
  most: number,
): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `WITH RECURSIVE near(id) AS (
         SELECT ?1
         UNION SELECT d.depends_on FROM near CROSS JOIN task_dependencies d ON d.task_id = near.id AND +d.team_id = ?2
         UNION SELECT d.task_id FROM near CROSS JOIN task_dependencies d ON d.depends_on = near.id AND +d.team_id = ?2
         LIMIT ?3)
       SELECT id FROM near`,
    )
    .bind(id, teamId, most)
    .all<{ id: string }>()
  return results.map((row) => row.id)
}

export type EdgeRow = { dependsOn: string; taskId: string; needs: 'success' | 'end'; isWaived: number }

/** What waits for what among these tasks. */
export async function findEdges(
  d1: D1Database,
  teamId: string,
  ids: readonly string[],
  most: number,
): Promise<EdgeRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT d.depends_on AS dependsOn, d.task_id AS taskId, d.needs, d.waived_by IS NOT NULL AS isWaived
       FROM json_each(?1) i CROSS JOIN task_dependencies d ON d.task_id = i.value AND +d.team_id = ?2
       WHERE +d.depends_on IN (SELECT value FROM json_each(?1)) LIMIT ?3`,
    )
    .bind(JSON.stringify(ids), teamId, most)
    .all<EdgeRow>()
  return results
}

export async function findGraphVersion(d1: D1Database, teamId: string): Promise<number> {
  const row = await d1
    .prepare('SELECT version FROM task_graphs WHERE team_id = ?')
    .bind(teamId)
    .first<{ version: number }>()
  return row?.version ?? 0
}

/** Fails the whole batch if an edge was added since this version was read. `isStaleGraph` recognizes that error. */
export const incrementGraphVersion = (teamId: string, seen: number): Statement =>
  statement(
    `INSERT INTO task_graphs (team_id, version) SELECT ?1, ?2 + 1 WHERE true ON CONFLICT (team_id) DO UPDATE SET version = CASE WHEN version = ?2 THEN version + 1 END`,
    teamId,
    seen,
  )

export const isStaleGraph = (error: unknown): boolean => String(error).includes('task_graphs.version')
