import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/**
 * One row for each mutation, written in the same batch. Rows never change, except that the sealing job sets `seal` (a hash of the row
 * and the team's previous seal). `seq` is the order of commits.
 */
export const auditLog = sqliteTable(
  'audit_log',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    id: text('id').notNull(),
    teamId: text('team_id').notNull(),
    actorId: text('actor_id'),
    actorKind: text('actor_kind', { enum: ['user', 'api_key', 'system', 'anonymous'] }).notNull(),
    /** The API key that was used, if any. */
    actorKeyId: text('actor_key_id'),
    action: text('action').notNull(),
    targetType: text('target_type').notNull(),
    targetId: text('target_id').notNull(),
    before: text('before', { mode: 'json' }).$type<Record<string, unknown>>(),
    after: text('after', { mode: 'json' }).$type<Record<string, unknown>>(),
    address: text('address'),
    userAgent: text('user_agent'),
    requestId: text('request_id').notNull(),
    createdAt: integer('created_at').notNull(),
    seal: text('seal'),
  },
  (t) => [
    uniqueIndex('audit_log_id').on(t.id),
    index('audit_log_created').on(t.createdAt, t.seq),
    index('audit_log_team').on(t.teamId, t.seq),
    index('audit_log_actor').on(t.actorId, t.seq),
    index('audit_log_action').on(t.action, t.seq),
    index('audit_log_target').on(t.targetId, t.seq),
    // Only unsealed rows, so that the sealing job finds them quickly in a log of any length.
    index('audit_log_unsealed').on(t.seq).where(sql`seal IS NULL`),
  ],
)

/** The newest seal of each team. With the copies in R2, `verify` detects a log that was cut or rewritten with its seals. */
export const auditSeals = sqliteTable('audit_seals', {
  teamId: text('team_id').primaryKey(),
  sealedSeq: integer('sealed_seq').notNull(),
  entries: integer('entries').notNull(),
  seal: text('seal').notNull(),
  sealedAt: integer('sealed_at').notNull(),
})

/** Parts of a team's log in R2, in order: each continues the previous one. */
export const auditArchives = sqliteTable(
  'audit_archives',
  {
    teamId: text('team_id').notNull(),
    /** The `seq` of its first and last entries. */
    fromSeq: integer('from_seq').notNull(),
    throughSeq: integer('through_seq').notNull(),
    entries: integer('entries').notNull(),
    objectKey: text('object_key').notNull(),
    archivedAt: integer('archived_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.throughSeq] })],
)
