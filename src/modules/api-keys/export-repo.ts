import { column, exportList } from '../../db/export-list.ts'

export const apiKeysExport = [
  exportList({
    name: 'apiKeys',
    of: 'person',
    at: ['k.rowid'],
    start: [0],
    from: 'api_keys k',
    where: 'k.user_id = ?1',
    columns: {
      id: column.text('k.id'),
      teamId: column.text('k.team_id'),
      name: column.text('k.name'),
      masked: column.text("'ork_live_…' || k.last_four"),
      scopes: column.texts('k.scopes'),
      createdAt: column.time('k.created_at'),
      expiresAt: column.timeOrNull('k.expires_at'),
      lastUsedAt: column.timeOrNull('k.last_used_at'),
      revokedAt: column.timeOrNull('k.revoked_at'),
    },
  }),
]
