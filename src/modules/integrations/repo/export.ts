import { column, exportList } from '../../../db/export-list.ts'

/** Without their secrets. */
export const integrationsExport = [
  exportList({
    name: 'integrations',
    of: 'owned',
    at: ['i.created_at', 'i.id'],
    start: [0, ''],
    from: 'integrations i',
    where: 'i.team_id = ?2',
    size: 'length(i.config) + length(i.description)',
    columns: {
      id: column.text('i.id'),
      teamId: column.text('i.team_id'),
      type: column.text('i.type'),
      name: column.text('i.name'),
      description: column.text('i.description'),
      config: column.json('i.config'),
      allowedHosts: column.texts('i.allowed_hosts'),
      status: column.text('i.status'),
      createdBy: column.text('i.created_by'),
      createdAt: column.time('i.created_at'),
      updatedAt: column.time('i.updated_at'),
      lastUsedAt: column.timeOrNull('i.last_used_at'),
    },
  }),
]
