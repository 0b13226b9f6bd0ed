import { column, exportList } from '../../../db/export-list.ts'

export const agentsExport = [
  exportList({
    name: 'agents',
    of: 'owned',
    at: ['a.created_at', 'a.id'],
    start: [0, ''],
    from: 'agents a',
    where: 'a.team_id = ?2',
    size: 'length(a.config)',
    columns: {
      id: column.text('a.id'),
      teamId: column.text('a.team_id'),
      name: column.text('a.name'),
      description: column.text('a.description'),
      type: column.text('a.type'),
      config: column.json('a.config'),
      tags: column.json('a.tags'),
      version: column.number('a.version'),
      createdAt: column.time('a.created_at'),
      updatedAt: column.time('a.updated_at'),
    },
  }),
  exportList({
    name: 'agentTemplates',
    of: 'owned',
    at: ['t.created_at', 't.id'],
    start: [0, ''],
    from: 'agent_templates t',
    where: 't.team_id = ?2',
    size: 'length(t.agent)',
    columns: {
      id: column.text('t.id'),
      teamId: column.text('t.team_id'),
      name: column.text('t.name'),
      description: column.text('t.description'),
      agent: column.json('t.agent'),
      createdAt: column.time('t.created_at'),
    },
  }),
]
