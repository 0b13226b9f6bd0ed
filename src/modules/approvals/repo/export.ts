import { column, exportList } from '../../../db/export-list.ts'

export const approvalsExport = [
  exportList({
    name: 'approvals',
    of: 'owned',
    at: ['a.created_at', 'a.id'],
    start: [0, ''],
    from: 'approvals a',
    where: 'a.team_id = ?2',
    size: "length(COALESCE(a.form, '')) + length(a.message) + length(a.decisions)",
    columns: {
      id: column.text('a.id'),
      teamId: column.text('a.team_id'),
      runId: column.text('a.run_id'),
      workflowId: column.textOrNull('a.workflow_id'),
      path: column.text('a.path'),
      status: column.text('a.status'),
      title: column.text('a.title'),
      message: column.text('a.message'),
      form: column.json('a.form'),
      assignees: column.json('a.assignees'),
      quorum: column.number('a.quorum'),
      allowSelf: column.flag('a.allow_self'),
      decisions: column.json('a.decisions'),
      startedBy: column.textOrNull('a.started_by'),
      createdAt: column.time('a.created_at'),
      expiresAt: column.timeOrNull('a.expires_at'),
      decidedAt: column.timeOrNull('a.decided_at'),
    },
  }),
]
