import { column, exportList } from '../../../db/export-list.ts'

/** Without secrets and without the values of headers. */
export const webhooksExport = [
  exportList({
    name: 'webhooks',
    of: 'owned',
    at: ['w.created_at', 'w.id'],
    start: [0, ''],
    from: 'webhook_endpoints w',
    where: 'w.team_id = ?2',
    columns: {
      id: column.text('w.id'),
      teamId: column.text('w.team_id'),
      url: column.text('w.url'),
      events: column.texts('w.events'),
      filter: column.textOrNull('w.filter'),
      description: column.text('w.description'),
      headerNames: column.texts('w.header_names'),
      active: column.flag('w.active'),
      rateLimitPerS: column.numberOrNull('w.rate_limit_per_s'),
      createdBy: column.text('w.created_by'),
      createdAt: column.time('w.created_at'),
      updatedAt: column.time('w.updated_at'),
    },
  }),
]
