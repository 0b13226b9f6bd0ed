// Finds where other workflows of the team use a workflow, in their current versions.

export type CallerRow = { id: string; name: string; handlesErrors: number }

/** Definitions may be large, so those that do not contain the text are not parsed. */
export async function findCallers(
  d1: D1Database,
  teamId: string,
  id: string,
  limit: number,
): Promise<CallerRow[]> {
  const { results } = await d1
    .prepare(
      `WITH callee AS (SELECT id, coalesce(key, id) AS key FROM workflows WHERE id = ?2 AND team_id = ?1)
       SELECT w.id, w.name, coalesce(w.error_workflow_id = ?2, 0) AS handlesErrors
       FROM callee JOIN workflows w ON w.team_id = ?1 AND w.id <> ?2
       JOIN workflow_versions v ON v.workflow_id = w.id AND v.version = w.version
       WHERE w.error_workflow_id = ?2
         OR ((instr(v.definition, ?2) > 0 OR instr(v.definition, callee.key) > 0) AND EXISTS (
           SELECT 1 FROM json_tree(v.definition) named
           WHERE (named.key = 'workflowId' AND named.value = ?2) OR (named.key = 'workflowKey' AND named.value = callee.key)))
       ORDER BY w.created_at, w.id LIMIT ?3`,
    )
    .bind(teamId, id, limit)
    .all<CallerRow>()
  return results
}
