// Published sites. The run of a deployment does the work. These rows store its state and what lists show.
import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const PLATFORM_IDS = ['vercel', 'netlify', 'github-pages', 'aws-s3'] as const
export type PlatformId = (typeof PLATFORM_IDS)[number]

export const DEPLOYMENT_STATUSES = [
  'queued',
  'preparing',
  'uploading',
  'processing',
  'ready',
  'failed',
  'cancelled',
] as const

export const DEPLOYMENT_ACTIONS = ['deploy', 'redeploy', 'promote', 'rollback'] as const
export type DeploymentAction = (typeof DEPLOYMENT_ACTIONS)[number]

export const ENVIRONMENTS = ['production', 'preview'] as const
export type Environment = (typeof ENVIRONMENTS)[number]

/**
 * `same`: already on the platform. `send`: must be sent. `sending`: may have been sent, so the platform is asked before it is sent
 * again. `removed`: existed before and will be deleted.
 */
export const FILE_STATES = ['same', 'send', 'sending', 'sent', 'removed'] as const
export type FileState = (typeof FILE_STATES)[number]

export const deployments = sqliteTable(
  'deployments',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id').notNull(),
    platform: text('platform', { enum: PLATFORM_IDS }).notNull(),
    project: text('project').notNull(),
    integrationId: text('integration_id').notNull(),
    environment: text('environment', { enum: ENVIRONMENTS }).notNull(),
    /** Identifies what only one deployment at a time may change: platform, integration, project and environment. */
    target: text('target').notNull(),
    action: text('action', { enum: DEPLOYMENT_ACTIONS }).notNull(),
    /** The deployment that it repeats, promotes or returns to. */
    basedOn: text('based_on'),
    status: text('status', { enum: DEPLOYMENT_STATUSES }).notNull(),
    url: text('url'),
    aliases: text('aliases').notNull().default('[]'),
    /** The platform's id of it. */
    platformId: text('platform_id'),
    source: text('source').notNull(),
    settings: text('settings').notNull(),
    message: text('message').notNull().default(''),
    whenBusy: text('when_busy', { enum: ['queue', 'replace'] }).notNull(),
    filesTotal: integer('files_total').notNull().default(0),
    filesChanged: integer('files_changed').notNull().default(0),
    filesSent: integer('files_sent').notNull().default(0),
    /** The total of all its files. */
    bytes: integer('bytes').notNull().default(0),
    warnings: text('warnings').notNull().default('[]'),
    error: text('error'),
    /** What the platform's code stores between two steps. */
    state: text('state').notNull().default('{}'),
    runId: text('run_id').notNull(),
    createdBy: text('created_by'),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    /** When everything was handed to the platform. */
    publishedAt: integer('published_at'),
    readyAt: integer('ready_at'),
    finishedAt: integer('finished_at'),
  },
  (t) => [
    index('deployments_team').on(t.teamId, t.createdAt, t.id),
    index('deployments_export').on(t.teamId, t.id),
    index('deployments_status').on(t.teamId, t.status, t.createdAt, t.id),
    index('deployments_project').on(t.teamId, t.project, t.createdAt, t.id),
    index('deployments_target').on(t.teamId, t.target, t.readyAt).where(sql`ready_at IS NOT NULL`),
    index('deployments_open')
      .on(t.updatedAt)
      .where(sql`status IN ('queued', 'preparing', 'uploading', 'processing')`),
    index('deployments_integration').on(t.integrationId, t.createdAt),
  ],
)

/** The files of a deployment: where their content is, and their status. */
export const deploymentFiles = sqliteTable(
  'deployment_files',
  {
    deploymentId: text('deployment_id').notNull(),
    /** In the order in which they are sent. */
    n: integer('n').notNull(),
    teamId: text('team_id').notNull(),
    path: text('path').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    contentType: text('content_type').notNull(),
    sha256: text('sha256').notNull(),
    /** The platform's digest of the content. */
    digest: text('digest').notNull(),
    /** Settings sent with it, such as the cache rule. Changing them changes the file. */
    meta: text('meta').notNull().default(''),
    state: text('state', { enum: FILE_STATES }).notNull(),
    fileId: text('file_id'),
    fileVersion: integer('file_version'),
    /** The content of a small generated file. */
    inlineText: text('inline_text'),
    /** For an entry of a zip file: its position and compression. */
    zipOffset: integer('zip_offset'),
    zipBytes: integer('zip_bytes'),
    zipMethod: integer('zip_method'),
  },
  (t) => [
    primaryKey({ columns: [t.deploymentId, t.n] }),
    index('deployment_files_state').on(t.deploymentId, t.state, t.n),
    index('deployment_files_team').on(t.teamId),
  ],
)

export const deploymentLogs = sqliteTable(
  'deployment_logs',
  {
    deploymentId: text('deployment_id').notNull(),
    seq: integer('seq').notNull(),
    teamId: text('team_id').notNull(),
    at: integer('at').notNull(),
    level: text('level', { enum: ['info', 'warn', 'error'] }).notNull(),
    message: text('message').notNull(),
    file: text('file'),
    bytes: integer('bytes'),
  },
  (t) => [primaryKey({ columns: [t.deploymentId, t.seq] }), index('deployment_logs_team').on(t.teamId)],
)

/** What still counts of deployments that were deleted: platforms limit what is sent in a day. */
export const deletedDeployments = sqliteTable(
  'deleted_deployments',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id').notNull(),
    integrationId: text('integration_id').notNull(),
    createdAt: integer('created_at').notNull(),
    published: integer('published').notNull(),
    uploads: integer('uploads').notNull(),
  },
  (t) => [
    index('deleted_deployments_team').on(t.teamId, t.integrationId, t.createdAt),
    index('deleted_deployments_created').on(t.createdAt),
  ],
)
