import { column, exportList } from '../../../db/export-list.ts'

export const auditExport = [
  exportList({
    name: 'auditEntries',
    of: 'person',
    at: ['a.seq'],
    start: [0],
    from: 'audit_log a',
    where: 'a.actor_id = ?1',
    size: "length(COALESCE(a.before, '')) + length(COALESCE(a.after, ''))",
    columns: {
      id: column.text('a.id'),
      teamId: column.text('a.team_id'),
      action: column.text('a.action'),
      targetType: column.text('a.target_type'),
      targetId: column.text('a.target_id'),
      before: column.json('a.before'),
      after: column.json('a.after'),
      address: column.textOrNull('a.address'),
      userAgent: column.textOrNull('a.user_agent'),
      requestId: column.text('a.request_id'),
      createdAt: column.time('a.created_at'),
    },
  }),
]
