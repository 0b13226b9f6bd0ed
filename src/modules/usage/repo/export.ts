import { column, exportList } from '../../../db/export-list.ts'

export const usageExport = [
  exportList({
    name: 'usage',
    of: 'owned',
    at: ['c.period', 'c.metric'],
    start: ['', ''],
    from: 'usage_counters c',
    where: 'c.team_id = ?2',
    columns: {
      teamId: column.text('c.team_id'),
      period: column.text('c.period'),
      metric: column.text('c.metric'),
      value: column.number('c.value'),
    },
  }),
]
