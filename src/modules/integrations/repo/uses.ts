// Where an integration is used by workflows of its team, in their current versions.

export type WorkflowUse = { id: string; name: string }

/**
 * Nodes and webhook triggers name it by id or name. Reads definitions, which may be large: those that do not even hold the
 * text are not parsed.
 */
export async function findWorkflowUses(
  d1: D1Database,
  teamId: string,
  integration: { id: string; name: string },
  limit: number,
): Promise<WorkflowUse[]> {
  const { results } = await d1
    .prepare(
      `SELECT w.id, w.name FROM workflows w JOIN workflow_versions v ON v.workflow_id = w.id AND v.version = w.version
       WHERE w.team_id = ?1 AND (
         ((instr(v.definition, ?2) > 0 OR instr(v.definition, ?4) > 0) AND EXISTS (
           SELECT 1 FROM json_tree(v.definition) named WHERE named.key = 'credential' AND named.value IN (?2, ?3)))
         OR ((instr(v.triggers, ?2) > 0 OR instr(v.triggers, ?4) > 0) AND EXISTS (
           SELECT 1 FROM json_tree(v.triggers) named WHERE named.key = 'credential' AND named.value IN (?2, ?3))))
       ORDER BY w.created_at, w.id LIMIT ?5`,
    )
    .bind(teamId, integration.id, integration.name, JSON.stringify(integration.name).slice(1, -1), limit)
    .all<WorkflowUse>()
  return results
}
