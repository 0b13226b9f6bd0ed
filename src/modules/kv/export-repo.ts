import { column, exportList } from '../../db/export-list.ts'

export const kvExport = [
  exportList({
    name: 'storeEntries',
    of: 'owned',
    at: ['s.key'],
    start: [''],
    from: 'store_entries s',
    where: 's.team_id = ?2',
    size: 'length(s.value)',
    columns: {
      teamId: column.text('s.team_id'),
      key: column.text('s.key'),
      value: column.json('s.value'),
      expiresAt: column.timeOrNull('s.expires_at'),
      updatedAt: column.time('s.updated_at'),
    },
  }),
]
