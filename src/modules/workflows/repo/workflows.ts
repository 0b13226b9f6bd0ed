import { PLAN_LIMITS, type Plan } from '../../../core/plans.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import { columns, type HotRead, hotRead } from '../../../db/hot-read.ts'
import type { workflows } from '../../../db/schema/index.ts'
import type { Stored } from '../../../db/stored.ts'

export type WorkflowRow = Pick<
  Stored<typeof workflows.$inferSelect>,
  | 'id'
  | 'name'
  | 'description'
  | 'version'
  | 'revision'
  | 'active'
  | 'tags'
  | 'folder'
  | 'errorWorkflowId'
  | 'draftUpdatedAt'
  | 'createdBy'
  | 'createdAt'
  | 'updatedAt'
> & {
  /** The workflow's id if an earlier release gave it no key. */
  key: string
  /** JSON of TriggerRow[], in the order of the version. */
  triggers: string
}

export type FullWorkflowRow = WorkflowRow & { definition: string; storedTriggers: string }

export const TRIGGERS_OF_WORKFLOW = `(SELECT json_group_array(json_object('id', t.id, 'key', t.key, 'active', t.active, 'config', t.config,
    'token', t.token, 'nextFireAt', t.next_fire_at, 'lastFireAt', t.last_fire_at,
    'hasSecret', t.secret IS NOT NULL) ORDER BY t.position)
  FROM workflow_triggers t WHERE t.workflow_id = w.id AND t.position IS NOT NULL)`

const SUMMARY: Record<keyof WorkflowRow, string> = {
  id: 'w.id',
  key: 'COALESCE(w.key, w.id)',
  name: 'w.name',
  description: 'w.description',
  version: 'w.version',
  revision: 'w.revision',
  active: 'w.active',
  tags: 'w.tags',
  folder: 'w.folder',
  triggers: TRIGGERS_OF_WORKFLOW,
  errorWorkflowId: 'w.error_workflow_id',
  draftUpdatedAt: 'w.draft_updated_at',
  createdBy: 'w.created_by',
  createdAt: 'w.created_at',
  updatedAt: 'w.updated_at',
}

export const COLUMNS = columns<WorkflowRow>(SUMMARY)

const FULL_COLUMNS = columns<FullWorkflowRow>({
  ...SUMMARY,
  definition: 'v.definition',
  storedTriggers: 'v.triggers',
})

export const findWorkflow = (teamId: string, id: string): HotRead<FullWorkflowRow> =>
  hotRead(
    FULL_COLUMNS,
    `FROM workflows w JOIN workflow_versions v ON v.workflow_id = w.id AND v.version = w.version
     WHERE w.id = ?1 AND w.team_id = ?2`,
    [id, teamId],
  )

/** Finds a workflow by key. Workflows of earlier releases have no key and use their id. `?1` is the key, `?2` the team. */
export const ID_OF_KEY = `(SELECT id FROM workflows WHERE team_id = ?2 AND key = ?1
  UNION ALL SELECT id FROM workflows WHERE id = ?1 AND team_id = ?2 AND key IS NULL LIMIT 1)`

export const findWorkflowByKey = (teamId: string, key: string): HotRead<FullWorkflowRow> =>
  hotRead(
    FULL_COLUMNS,
    `FROM workflows w JOIN workflow_versions v ON v.workflow_id = w.id AND v.version = w.version
     WHERE w.id = ${ID_OF_KEY}`,
    [key, teamId],
  )

export async function findIdByKey(d1: D1Database, teamId: string, key: string): Promise<string | null> {
  const row = await d1.prepare(`SELECT ${ID_OF_KEY} AS id`).bind(key, teamId).first<{ id: string | null }>()
  return row?.id ?? null
}

/** The latest runs of each workflow on a page. Uses the index of each workflow's own runs. */
export async function findRecentRuns(
  d1: D1Database,
  teamId: string,
  workflowIds: string[],
  each: number,
): Promise<{ workflowId: string; runs: string }[]> {
  const { results } = await d1
    .prepare(
      `SELECT one.value AS workflowId, (SELECT json_group_array(json_object('id', r.id, 'status', r.status,
           'durationMs', r.duration_ms, 'createdAt', r.created_at)) FROM (SELECT * FROM runs WHERE workflow_id = one.value
           AND team_id = ?1 AND deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT ?3) r) AS runs
       FROM json_each(?2) one`,
    )
    .bind(teamId, JSON.stringify(workflowIds), each)
    .all<{ workflowId: string; runs: string }>()
  return results
}

export async function hasWorkflow(d1: D1Database, teamId: string, id: string): Promise<boolean> {
  const row = await d1
    .prepare('SELECT 1 FROM workflows WHERE id = ? AND team_id = ?')
    .bind(id, teamId)
    .first()
  return row !== null
}

export type NewWorkflow = {
  id: string
  key: string
  /** Used if the key is taken; null if the workflow must have exactly this key. */
  otherKey: string | null
  teamId: string
  name: string
  description: string
  folder: string
  tags: string[]
  active: boolean
  errorWorkflowId: string | null
  createdBy: string
  now: number
}

/** Checks the plan's limit and inserts in one statement, so parallel requests cannot exceed the limit together. */
export const insertWorkflowWithin = (row: NewWorkflow, plan: Plan): Statement =>
  statement(
    `INSERT INTO workflows (id, team_id, name, description, folder, tags, active, error_workflow_id, created_by, created_at, updated_at, key)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10,
       CASE WHEN ?13 IS NOT NULL AND EXISTS (SELECT 1 FROM workflows WHERE team_id = ?2 AND key = ?12) THEN ?13 ELSE ?12 END
     WHERE ?11 IS NULL OR (SELECT count(*) FROM workflows WHERE team_id = ?2) < ?11`,
    row.id,
    row.teamId,
    row.name,
    row.description,
    row.folder,
    JSON.stringify(row.tags),
    row.active ? 1 : 0,
    row.errorWorkflowId,
    row.createdBy,
    row.now,
    PLAN_LIMITS[plan].workflows,
    row.key,
    row.otherKey,
  )

export type WorkflowChanges = {
  name?: string | undefined
  key?: string | undefined
  description?: string | undefined
  folder?: string | undefined
  tags?: string[] | undefined
  active?: boolean | undefined
  errorWorkflowId?: string | null | undefined
  /** Set when the change creates a version. */
  version?: number | undefined
  clearDraft?: boolean
}

/** The guard of every change: it fails if the workflow's revision has changed since it was read. */
export function updateWorkflow(
  where: { id: string; teamId: string; revision: number; draftUpdatedAt?: number },
  changes: WorkflowChanges,
  now: number,
): Statement {
  const set = ['revision = revision + 1']
  const params: unknown[] = []
  const put = (column: string, value: unknown) => {
    if (value === undefined) return
    set.push(`${column} = ?`)
    params.push(value)
  }
  put('name', changes.name)
  put('key', changes.key)
  put('description', changes.description)
  put('folder', changes.folder)
  put('tags', changes.tags === undefined ? undefined : JSON.stringify(changes.tags))
  put('active', changes.active === undefined ? undefined : Number(changes.active))
  put('error_workflow_id', changes.errorWorkflowId)
  put('version', changes.version)
  if (changes.clearDraft) set.push('draft = NULL', 'draft_updated_at = NULL')
  const sameDraft = where.draftUpdatedAt === undefined ? [] : [where.draftUpdatedAt]
  return statement(
    `UPDATE workflows SET ${set.join(', ')}, updated_at = max(?, updated_at) WHERE id = ? AND team_id = ? AND revision = ?
     ${sameDraft.length > 0 ? 'AND draft_updated_at = ?' : ''}`,
    ...params,
    now,
    where.id,
    where.teamId,
    where.revision,
    ...sameDraft,
  )
}

export const deleteWorkflow = (teamId: string, id: string, expected: number | null): Statement =>
  statement(
    'DELETE FROM workflows WHERE id = ?1 AND team_id = ?2 AND (?3 IS NULL OR revision = ?3)',
    id,
    teamId,
    expected,
  )

export const clearErrorWorkflow = (teamId: string, id: string): Statement =>
  statement(
    'UPDATE workflows SET error_workflow_id = NULL, revision = revision + 1 WHERE team_id = ? AND error_workflow_id = ?',
    teamId,
    id,
  )
