import { column, exportList } from '../../db/export-list.ts'

/** Without the secret part of webhook URLs and without signing secrets. */
export const triggersExport = [
  exportList({
    name: 'triggers',
    of: 'owned',
    // Without the plus, SQLite would scan all triggers in order of their ids.
    at: ['+g.id'],
    start: [''],
    from: 'workflow_triggers g',
    where: 'g.team_id = ?2',
    columns: {
      id: column.text('g.id'),
      teamId: column.text('g.team_id'),
      workflowId: column.text('g.workflow_id'),
      key: column.text('g.key'),
      type: column.text('g.type'),
      active: column.flag('g.active'),
      config: column.json('g.config'),
      eventName: column.textOrNull('g.event_name'),
      nextFireAt: column.timeOrNull('g.next_fire_at'),
      lastFireAt: column.timeOrNull('g.last_fire_at'),
      createdAt: column.time('g.created_at'),
    },
  }),
]
