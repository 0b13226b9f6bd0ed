import { column, exportList } from '../../../db/export-list.ts'

export const notificationsExport = [
  exportList({
    name: 'notifications',
    of: 'person',
    at: ['n.created_at', 'n.id'],
    start: [0, ''],
    from: 'notifications n',
    where: 'n.user_id = ?1 AND n.in_app = 1',
    columns: {
      id: column.text('n.id'),
      teamId: column.textOrNull('n.team_id'),
      kind: column.text('n.kind'),
      level: column.text('n.level'),
      title: column.text('n.title'),
      message: column.text('n.message'),
      link: column.textOrNull('n.link'),
      count: column.number('n.count'),
      readAt: column.timeOrNull('n.read_at'),
      createdAt: column.time('n.created_at'),
    },
  }),
]
