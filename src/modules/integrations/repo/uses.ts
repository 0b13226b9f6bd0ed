// Which objects of the team use an integration: workflows in their current versions, agents, tasks that have not ended, task
// templates, and the scheduled export of costs.

export type Use = {
  kind: 'workflow' | 'agent' | 'task' | 'task template' | 'export'
  id: string
  name: string
}

type Named = { id: string; name: string }

/** By id or name. Definitions may be large, so those that do not contain the text are not parsed. */
const names = (json: string): string => `((instr(${json}, ?2) > 0 OR instr(${json}, ?4) > 0) AND EXISTS (
  SELECT 1 FROM json_tree(${json}) named WHERE named.key IN ('credential', 'integration') AND named.value IN (?2, ?3)))`

const WORKFLOWS = `SELECT 'workflow' AS kind, w.id, w.name FROM workflows w
  JOIN workflow_versions v ON v.workflow_id = w.id AND v.version = w.version
  WHERE w.team_id = ?1 AND (${names('v.definition')} OR ${names('v.triggers')}) ORDER BY w.created_at, w.id LIMIT ?5`

const AGENTS = `SELECT 'agent' AS kind, a.id, a.name FROM agents a
  WHERE a.team_id = ?1 AND ${names('a.config')} ORDER BY a.created_at, a.id LIMIT ?5`

/** The status comes first, so that the index selects the tasks. */
const TASKS = `SELECT 'task' AS kind, t.id, t.title AS name FROM tasks t
  WHERE t.team_id = ?1 AND t.status IN ('draft', 'blocked', 'scheduled', 'queued', 'running', 'waiting', 'paused')
    AND ${names('t.input')} ORDER BY t.created_at, t.id LIMIT ?5`

const TASK_TEMPLATES = `SELECT 'task template' AS kind, t.id, t.name FROM task_templates t
  WHERE t.team_id = ?1 AND ${names('t.task')} ORDER BY t.created_at, t.id LIMIT ?5`

/** Uses its id. */
const EXPORTS = `SELECT 'export' AS kind, s.team_id AS id, 'the scheduled export of costs' AS name FROM cost_export_schedules s
  WHERE s.team_id = ?1 AND s.integration_id = ?2`

export async function findUsers(
  d1: D1Database,
  teamId: string,
  { id, name }: Named,
  limit: number,
): Promise<Use[]> {
  const { results } = await d1
    .prepare(
      `${[WORKFLOWS, AGENTS, TASKS, TASK_TEMPLATES].map((one) => `SELECT * FROM (${one})`).join(' UNION ALL ')} UNION ALL ${EXPORTS}`,
    )
    .bind(teamId, id, name, JSON.stringify(name).slice(1, -1), limit)
    .all<Use>()
  return results
}
