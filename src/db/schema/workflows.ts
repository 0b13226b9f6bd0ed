import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { teams } from './teams.ts'

export const workflows = sqliteTable(
  'workflows',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    /** The key that files and other workflows use. Null in rows of earlier releases, whose key is their id. */
    key: text('key'),
    description: text('description').notNull().default(''),
    folder: text('folder').notNull().default(''),
    tags: text('tags', { mode: 'json' }).$type<string[]>().notNull(),
    active: integer('active', { mode: 'boolean' }).notNull().default(true),
    /** The current version. Runs use it unless they name another one. */
    version: integer('version').notNull().default(1),
    /** Increases with every change, even without a new version. Used for the ETag. */
    revision: integer('revision').notNull().default(1),
    draft: text('draft'),
    draftUpdatedAt: integer('draft_updated_at'),
    /** The workflow that is started with the error when a run of this one fails. */
    errorWorkflowId: text('error_workflow_id'),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [
    uniqueIndex('workflows_team_key').on(t.teamId, t.key),
    index('workflows_team_created').on(t.teamId, t.createdAt, t.id),
    index('workflows_team_updated').on(t.teamId, t.updatedAt, t.id),
    index('workflows_team_name').on(t.teamId, t.name, t.id),
    index('workflows_team_folder').on(t.teamId, t.folder, t.createdAt, t.id),
  ],
)

/** Immutable. Definition and triggers are versioned together. */
export const workflowVersions = sqliteTable(
  'workflow_versions',
  {
    workflowId: text('workflow_id')
      .notNull()
      .references(() => workflows.id, { onDelete: 'cascade' }),
    version: integer('version').notNull(),
    /** JSON text, as given. */
    definition: text('definition').notNull(),
    definitionHash: text('definition_hash').notNull(),
    triggers: text('triggers').notNull(),
    note: text('note').notNull().default(''),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.workflowId, t.version] })],
)

/** The properties of a trigger's key that survive new versions: its URL, and its next fire time. */
export const workflowTriggers = sqliteTable(
  'workflow_triggers',
  {
    id: text('id').primaryKey(),
    workflowId: text('workflow_id')
      .notNull()
      .references(() => workflows.id, { onDelete: 'cascade' }),
    teamId: text('team_id').notNull(),
    key: text('key').notNull(),
    type: text('type', { enum: ['schedule', 'webhook', 'event', 'manual'] }).notNull(),
    active: integer('active', { mode: 'boolean' }).notNull().default(true),
    /** The trigger in the current version. */
    config: text('config').notNull(),
    /** For a webhook: the secret part of its URL. */
    token: text('token'),
    /** For an event: its name or pattern. */
    eventName: text('event_name'),
    nextFireAt: integer('next_fire_at'),
    lastFireAt: integer('last_fire_at'),
    createdAt: integer('created_at').notNull(),
    /** Its position in the current version; null if that version does not have the key. The row stays, so that its URL can return. */
    position: integer('position'),
    /** Encrypted: the secret for checking deliveries to a webhook. Like the URL, it belongs to the key and survives new versions. */
    secret: text('secret'),
    /** The author. Runs that a webhook starts count as started by this person. */
    createdBy: text('created_by'),
  },
  (t) => [
    uniqueIndex('workflow_triggers_key').on(t.workflowId, t.key),
    uniqueIndex('workflow_triggers_token').on(t.token),
    index('workflow_triggers_due').on(t.nextFireAt),
    index('workflow_triggers_event').on(t.teamId, t.type, t.eventName),
  ],
)

/** Deliveries that started no run, for diagnosing webhooks. Only the newest of each trigger. */
export const hookRefusals = sqliteTable(
  'hook_refusals',
  {
    id: text('id').primaryKey(),
    triggerId: text('trigger_id')
      .notNull()
      .references(() => workflowTriggers.id, { onDelete: 'cascade' }),
    createdAt: integer('created_at').notNull(),
    status: integer('status').notNull(),
    code: text('code').notNull(),
    detail: text('detail').notNull(),
    method: text('method').notNull(),
    path: text('path').notNull(),
    deliveryId: text('delivery_id'),
    contentType: text('content_type'),
    userAgent: text('user_agent'),
    address: text('address'),
    sizeBytes: integer('size_bytes'),
  },
  (t) => [
    index('hook_refusals_trigger').on(t.triggerId, t.createdAt, t.id),
    index('hook_refusals_created').on(t.createdAt),
  ],
)

export const workflowTemplates = sqliteTable(
  'workflow_templates',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    description: text('description').notNull().default(''),
    category: text('category').notNull().default(''),
    /** Whether other teams can see it. */
    isPublic: integer('is_public', { mode: 'boolean' }).notNull().default(false),
    definition: text('definition').notNull(),
    triggers: text('triggers').notNull().default('[]'),
    /** The JSON Schema of the template's variables. */
    variables: text('variables').notNull().default('{}'),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [
    index('workflow_templates_team').on(t.teamId, t.createdAt, t.id),
    index('workflow_templates_public').on(t.isPublic, t.createdAt, t.id),
  ],
)

/** `vars` in expressions. */
export const teamVariables = sqliteTable(
  'team_variables',
  {
    teamId: text('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    value: text('value').notNull(),
    updatedBy: text('updated_by').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.name] })],
)

/** The entries of `store.*` nodes. `operationId` is that of the last write, so that a repeated one counts once. */
export const storeEntries = sqliteTable(
  'store_entries',
  {
    teamId: text('team_id')
      .notNull()
      .references(() => teams.id, { onDelete: 'cascade' }),
    key: text('key').notNull(),
    value: text('value').notNull(),
    operationId: text('operation_id').notNull(),
    expiresAt: integer('expires_at'),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.key] }), index('store_entries_expires').on(t.expiresAt)],
)

/** Operations applied to the store, so that a repeated call with the same key changes nothing. */
export const storeOperations = sqliteTable(
  'store_operations',
  {
    operationId: text('operation_id').primaryKey(),
    teamId: text('team_id').notNull(),
    result: text('result').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [index('store_operations_created').on(t.createdAt)],
)

/** Received events, kept for their ids (sending twice has no effect) and for `GET /events/types`. */
export const inboundEvents = sqliteTable(
  'inbound_events',
  {
    teamId: text('team_id').notNull(),
    id: text('id').notNull(),
    name: text('name').notNull(),
    data: text('data').notNull(),
    /** The triggers that matched when it was received. The consumer starts these, however often it retries. */
    targets: text('targets').notNull().default('[]'),
    createdAt: integer('created_at').notNull(),
    /** How many runs waited for it when it was received. */
    waiting: integer('waiting').notNull().default(0),
    /** The sender, who counts as the starter of its runs. */
    sentBy: text('sent_by'),
  },
  (t) => [
    primaryKey({ columns: [t.teamId, t.id] }),
    index('inbound_events_name').on(t.teamId, t.name, t.createdAt),
    index('inbound_events_team').on(t.teamId, t.createdAt, t.id),
    index('inbound_events_created').on(t.createdAt),
  ],
)
