import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** A file of a team in its current version. Each version has its bytes in an object in R2. */
export const files = sqliteTable(
  'files',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id').notNull(),
    /** Unique in the team while the file is neither deleted nor part of a run. */
    name: text('name').notNull(),
    version: integer('version').notNull(),
    /** Counts every change, including name and tags. Used for the ETag. */
    revision: integer('revision').notNull().default(1),
    contentType: text('content_type').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    sha256: text('sha256').notNull(),
    tags: text('tags', { mode: 'json' }).$type<string[]>().notNull(),
    /** Null if the system, or a run without a starter, wrote it. */
    uploadedBy: text('uploaded_by'),
    /** Set for files that belong to a run: they are not listed, and are deleted with the run. */
    runId: text('run_id'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    deletedAt: integer('deleted_at'),
  },
  (t) => [
    uniqueIndex('files_name').on(t.teamId, t.name).where(sql`deleted_at IS NULL AND run_id IS NULL`),
    index('files_created').on(t.teamId, t.createdAt, t.id).where(sql`deleted_at IS NULL AND run_id IS NULL`),
    index('files_updated').on(t.teamId, t.updatedAt, t.id).where(sql`deleted_at IS NULL AND run_id IS NULL`),
    index('files_size').on(t.teamId, t.sizeBytes, t.id).where(sql`deleted_at IS NULL AND run_id IS NULL`),
    index('files_run').on(t.runId).where(sql`run_id IS NOT NULL`),
    index('files_deleted').on(t.deletedAt).where(sql`deleted_at IS NOT NULL`),
    index('files_team').on(t.teamId, t.id),
  ],
)

export const fileVersions = sqliteTable(
  'file_versions',
  {
    fileId: text('file_id').notNull(),
    version: integer('version').notNull(),
    teamId: text('team_id').notNull(),
    objectKey: text('object_key').notNull(),
    contentType: text('content_type').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    sha256: text('sha256').notNull(),
    createdBy: text('created_by'),
    createdAt: integer('created_at').notNull(),
    /** The operation that wrote it, if it may be repeated: the repetition finds this version. */
    operationId: text('operation_id'),
  },
  (t) => [
    primaryKey({ columns: [t.fileId, t.version] }),
    uniqueIndex('file_versions_object').on(t.objectKey),
    uniqueIndex('file_versions_operation').on(t.operationId).where(sql`operation_id IS NOT NULL`),
    index('file_versions_team').on(t.teamId, t.sizeBytes),
  ],
)

/** An upload in parts. Each part is an object below `teams/<team>/parts/<id>/`. */
export const fileUploads = sqliteTable(
  'file_uploads',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id').notNull(),
    createdBy: text('created_by').notNull(),
    name: text('name').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    sha256: text('sha256'),
    tags: text('tags', { mode: 'json' }).$type<string[]>().notNull(),
    onConflict: text('on_conflict', { enum: ['version', 'refuse', 'rename'] }).notNull(),
    /** Set when it is complete, so that a repeated request finds the file. */
    fileId: text('file_id'),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [
    index('file_uploads_team').on(t.teamId, t.expiresAt),
    index('file_uploads_expires').on(t.expiresAt),
  ],
)

/** A link that works without an account, to download or upload one file. Only the hash of its token is stored. */
export const fileLinks = sqliteTable(
  'file_links',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id').notNull(),
    kind: text('kind', { enum: ['download', 'upload'] }).notNull(),
    tokenHash: text('token_hash').notNull(),
    /** The file to download, or the uploaded one. */
    fileId: text('file_id'),
    disposition: text('disposition', { enum: ['attachment', 'inline'] }).notNull(),
    /** For an upload: the target, and the maximum size. */
    folder: text('folder').notNull().default(''),
    maxBytes: integer('max_bytes'),
    maxUses: integer('max_uses'),
    uses: integer('uses').notNull().default(0),
    lastUsedAt: integer('last_used_at'),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    revokedAt: integer('revoked_at'),
  },
  (t) => [
    uniqueIndex('file_links_token').on(t.tokenHash),
    index('file_links_team').on(t.teamId, t.createdAt, t.id),
    index('file_links_file').on(t.fileId, t.createdAt, t.id),
    index('file_links_expires').on(t.expiresAt),
  ],
)

/** Uses of a file by runs, tasks and deployments, which a deletion lists. */
export const fileUses = sqliteTable(
  'file_uses',
  {
    fileId: text('file_id').notNull(),
    userKind: text('user_kind', { enum: ['run', 'task', 'agent', 'deployment'] }).notNull(),
    userId: text('user_id').notNull(),
    teamId: text('team_id').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.fileId, t.userKind, t.userId] }),
    index('file_uses_user').on(t.userKind, t.userId),
    index('file_uses_team').on(t.teamId),
  ],
)

/** Where a sweep over everything has stopped. */
export const sweepPositions = sqliteTable('sweep_positions', {
  name: text('name').primaryKey(),
  position: text('position').notNull(),
  /** When it continues. */
  nextAt: integer('next_at').notNull(),
})
