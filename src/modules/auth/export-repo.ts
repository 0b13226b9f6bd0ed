import { column, exportList } from '../../db/export-list.ts'

const sessions = exportList({
  name: 'sessions',
  of: 'person',
  at: ['s.created_at', 's.id'],
  start: [0, ''],
  from: 'sessions s',
  where: 's.user_id = ?1',
  columns: {
    id: column.text('s.id'),
    method: column.text('s.method'),
    address: column.textOrNull('s.address'),
    userAgent: column.textOrNull('s.user_agent'),
    createdAt: column.time('s.created_at'),
    lastUsedAt: column.time('s.last_used_at'),
    expiresAt: column.time('s.expires_at'),
    revokedAt: column.timeOrNull('s.revoked_at'),
  },
})

const identities = exportList({
  name: 'identities',
  of: 'person',
  at: ['o.rowid'],
  start: [0],
  from: 'oauth_identities o',
  where: 'o.user_id = ?1',
  columns: {
    provider: column.text('o.provider'),
    subject: column.text('o.subject'),
    email: column.text('o.email'),
    createdAt: column.time('o.created_at'),
  },
})

export const authExport = [sessions, identities]
