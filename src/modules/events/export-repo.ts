import { column, exportList } from '../../db/export-list.ts'

export const eventsExport = [
  exportList({
    name: 'events',
    of: 'owned',
    at: ['e.id'],
    start: [''],
    from: 'inbound_events e',
    where: 'e.team_id = ?2',
    size: 'length(e.data)',
    columns: {
      teamId: column.text('e.team_id'),
      id: column.text('e.id'),
      name: column.text('e.name'),
      data: column.json('e.data'),
      sentBy: column.textOrNull('e.sent_by'),
      createdAt: column.time('e.created_at'),
    },
  }),
]
