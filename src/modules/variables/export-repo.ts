import { column, exportList } from '../../db/export-list.ts'

export const variablesExport = [
  exportList({
    name: 'variables',
    of: 'owned',
    at: ['v.name'],
    start: [''],
    from: 'team_variables v',
    where: 'v.team_id = ?2',
    size: 'length(v.value)',
    columns: {
      teamId: column.text('v.team_id'),
      name: column.text('v.name'),
      value: column.json('v.value'),
      updatedBy: column.text('v.updated_by'),
      updatedAt: column.time('v.updated_at'),
    },
  }),
]
