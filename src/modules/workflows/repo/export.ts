import { column, exportList, roomFor } from '../../../db/export-list.ts'

/** Sorts only the keys before reading large columns, because no index gives a team's versions in order. */
const VERSION_KEYS = `SELECT v.workflow_id, v.version FROM workflows w CROSS JOIN workflow_versions v ON v.workflow_id = w.id
  WHERE w.team_id = ?2 AND (v.workflow_id, v.version) > (?4, ?5) ORDER BY v.workflow_id, v.version LIMIT ?3`
const VERSION_SIZES = `SELECT length(v.definition) + length(v.triggers) AS size FROM (${VERSION_KEYS}) k
  CROSS JOIN workflow_versions v ON v.workflow_id = k.workflow_id AND v.version = k.version`

const workflows = exportList({
  name: 'workflows',
  of: 'owned',
  at: ['w.created_at', 'w.id'],
  start: [0, ''],
  from: 'workflows w',
  where: 'w.team_id = ?2',
  size: "length(COALESCE(w.draft, '')) + length(w.description)",
  columns: {
    id: column.text('w.id'),
    teamId: column.text('w.team_id'),
    name: column.text('w.name'),
    description: column.text('w.description'),
    folder: column.text('w.folder'),
    tags: column.json('w.tags'),
    active: column.flag('w.active'),
    version: column.number('w.version'),
    draft: column.json('w.draft'),
    draftUpdatedAt: column.timeOrNull('w.draft_updated_at'),
    errorWorkflowId: column.textOrNull('w.error_workflow_id'),
    createdBy: column.text('w.created_by'),
    createdAt: column.time('w.created_at'),
    updatedAt: column.time('w.updated_at'),
  },
})

const workflowVersions = exportList({
  name: 'workflowVersions',
  of: 'owned',
  start: ['', 0],
  sql: (columns) => `SELECT v.workflow_id AS at0, v.version AS at1, ${columns}
    FROM (SELECT * FROM (${VERSION_KEYS}) LIMIT (${roomFor(VERSION_SIZES)})) k
    CROSS JOIN workflow_versions v ON v.workflow_id = k.workflow_id AND v.version = k.version`,
  columns: {
    workflowId: column.text('v.workflow_id'),
    version: column.number('v.version'),
    definition: column.json('v.definition'),
    triggers: column.json('v.triggers'),
    note: column.text('v.note'),
    createdBy: column.text('v.created_by'),
    createdAt: column.time('v.created_at'),
  },
})

export const workflowsExport = [workflows, workflowVersions]
