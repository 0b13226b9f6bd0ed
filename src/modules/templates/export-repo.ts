import { column, exportList } from '../../db/export-list.ts'

export const templatesExport = [
  exportList({
    name: 'templates',
    of: 'owned',
    at: ['p.created_at', 'p.id'],
    start: [0, ''],
    from: 'workflow_templates p',
    where: 'p.team_id = ?2',
    size: 'length(p.definition) + length(p.triggers) + length(p.variables)',
    columns: {
      id: column.text('p.id'),
      teamId: column.text('p.team_id'),
      name: column.text('p.name'),
      description: column.text('p.description'),
      category: column.text('p.category'),
      isPublic: column.flag('p.is_public'),
      definition: column.json('p.definition'),
      triggers: column.json('p.triggers'),
      variables: column.json('p.variables'),
      createdBy: column.text('p.created_by'),
      createdAt: column.time('p.created_at'),
    },
  }),
]
