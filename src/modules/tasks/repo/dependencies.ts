// What a task waits for.
import { prepare, type Statement, statement } from '../../../db/statement.ts'
import type { TaskStatus } from '../pure/status.ts'

export type DependencyRow = {
  taskId: string
  dependsOn: string
  needs: 'success' | 'end'
  waivedBy: string | null
}

/** Tasks that no longer exist are left out. */
export const insertDependencies = (
  teamId: string,
  rows: readonly Pick<DependencyRow, 'taskId' | 'dependsOn' | 'needs'>[],
): Statement =>
  statement(
    `INSERT INTO task_dependencies (task_id, depends_on, team_id, needs)
     SELECT j.value ->> 'taskId', j.value ->> 'dependsOn', ?2, j.value ->> 'needs' FROM json_each(?1) j
     WHERE EXISTS (SELECT 1 FROM tasks t WHERE t.id = j.value ->> 'taskId' AND t.team_id = ?2)
       AND EXISTS (SELECT 1 FROM tasks o WHERE o.id = j.value ->> 'dependsOn' AND o.team_id = ?2)
     ON CONFLICT (task_id, depends_on) DO UPDATE SET needs = excluded.needs`,
    JSON.stringify(rows),
    teamId,
  )

export const deleteOtherDependencies = (teamId: string, taskId: string, kept: readonly string[]): Statement =>
  statement(
    `DELETE FROM task_dependencies WHERE task_id = ?1 AND team_id = ?2 AND depends_on NOT IN (SELECT value FROM json_each(?3))`,
    taskId,
    teamId,
    JSON.stringify(kept),
  )

export type StandingDependency = DependencyRow & { status: TaskStatus | null; title: string | null }

/** The dependencies of these tasks, with their states. `+` keeps the planner from the index of the team, which has all of them. */
export const findStandingDependencies = (teamId: string, taskIds: readonly string[]): Statement =>
  statement(
    `SELECT d.task_id AS taskId, d.depends_on AS dependsOn, d.needs, d.waived_by AS waivedBy, o.status, o.title
     FROM json_each(?1) i CROSS JOIN task_dependencies d ON d.task_id = i.value AND +d.team_id = ?2
     LEFT JOIN tasks o ON o.id = d.depends_on`,
    JSON.stringify(taskIds),
    teamId,
  )

export async function findDependencies(
  d1: D1Database,
  teamId: string,
  taskIds: readonly string[],
): Promise<StandingDependency[]> {
  const { results } = await prepare(d1, findStandingDependencies(teamId, taskIds)).all<StandingDependency>()
  return results
}

/** Tasks outside this list that wait for one in it. */
export async function findWaiters(d1: D1Database, teamId: string, ids: readonly string[]): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT DISTINCT w.id FROM json_each(?1) i CROSS JOIN task_dependencies d ON d.depends_on = i.value AND +d.team_id = ?2
       JOIN tasks w ON w.id = d.task_id WHERE w.held = 1 AND d.waived_by IS NULL
         AND w.id NOT IN (SELECT value FROM json_each(?1)) LIMIT 20`,
    )
    .bind(JSON.stringify(ids), teamId)
    .all<{ id: string }>()
  return results.map(({ id }) => id)
}

export const waiveDependency = (teamId: string, taskId: string, dependsOn: string, by: string): Statement =>
  statement(
    'UPDATE task_dependencies SET waived_by = ?4 WHERE task_id = ?2 AND depends_on = ?3 AND team_id = ?1 AND waived_by IS NULL',
    teamId,
    taskId,
    dependsOn,
    by,
  )
