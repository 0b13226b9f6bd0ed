// GPU jobs, costs and usage by day, spending against budgets, and imports and exports of costs. Money is in micro-dollars.
import { sql } from 'drizzle-orm'
import {
  type AnySQLiteColumn,
  check,
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core'

export const JOB_STATUSES = ['queued', 'provisioning', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type JobStatus = (typeof JOB_STATUSES)[number]

const listed = (values: readonly string[]) => sql.raw(values.map((value) => `'${value}'`).join(', '))

export const gpuJobs = sqliteTable(
  'gpu_jobs',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id').notNull(),
    externalId: text('external_id'),
    provider: text('provider').notNull(),
    gpuType: text('gpu_type').notNull(),
    gpuCount: integer('gpu_count').notNull(),
    modelName: text('model_name').notNull(),
    status: text('status', { enum: JOB_STATUSES }).notNull(),
    startedAt: integer('started_at'),
    finishedAt: integer('finished_at'),
    /** As reported by the job. */
    hourlyRateMicroUsd: integer('hourly_rate_micro_usd'),
    /** The charged price: as reported, or from the price table; null if neither is known. */
    priceMicroUsd: integer('price_micro_usd'),
    /** The row of the price table with the price. */
    priceId: text('price_id'),
    region: text('region').notNull().default(''),
    labels: text('labels', { mode: 'json' }).$type<Record<string, string>>().notNull(),
    runId: text('run_id'),
    notes: text('notes').notNull().default(''),
    /** The number of its samples, and their means. */
    samples: integer('samples').notNull().default(0),
    gpuPct: real('gpu_pct'),
    memPct: real('mem_pct'),
    powerW: real('power_w'),
    version: integer('version').notNull().default(1),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    deletedAt: integer('deleted_at'),
  },
  (t) => [
    uniqueIndex('gpu_jobs_external').on(t.teamId, t.externalId),
    index('gpu_jobs_created').on(t.teamId, t.createdAt, t.id),
    // For computing the costs of a period.
    index('gpu_jobs_started').on(t.teamId, t.startedAt),
    check('gpu_jobs_status', sql`status IN (${listed(JOB_STATUSES)})`),
    check('gpu_jobs_count', sql`typeof(gpu_count) = 'integer' AND gpu_count BETWEEN 1 AND 10000`),
    check('gpu_jobs_times', sql`finished_at IS NULL OR started_at IS NULL OR finished_at >= started_at`),
    check(
      'gpu_jobs_money',
      sql`(hourly_rate_micro_usd IS NULL OR (typeof(hourly_rate_micro_usd) = 'integer' AND hourly_rate_micro_usd >= 0))
        AND (price_micro_usd IS NULL OR (typeof(price_micro_usd) = 'integer' AND price_micro_usd >= 0))`,
    ),
  ],
)

export const gpuJobSamples = sqliteTable(
  'gpu_job_samples',
  {
    jobId: text('job_id')
      .notNull()
      .references(() => gpuJobs.id, { onDelete: 'cascade' }),
    at: integer('at').notNull(),
    gpuPct: real('gpu_pct').notNull(),
    memPct: real('mem_pct').notNull(),
    powerW: real('power_w'),
  },
  (t) => [
    primaryKey({ columns: [t.jobId, t.at] }),
    check('gpu_job_samples_range', sql`gpu_pct BETWEEN 0 AND 100 AND mem_pct BETWEEN 0 AND 100`),
  ],
)

/** The columns that identify costs and usage. An empty text means no value, so that rows without a value compare as equal. */
const snapshotKey = {
  teamId: text('team_id').notNull(),
  date: text('date').notNull(),
  provider: text('provider').notNull(),
  gpuType: text('gpu_type').notNull().default(''),
  service: text('service').notNull().default(''),
  resource: text('resource').notNull().default(''),
  source: text('source').notNull(),
  /** Distinguishes the lines of one bill. */
  line: text('line').notNull().default(''),
}

/** Further columns for grouping. An empty text means no value. */
const snapshotDimensions = {
  model: text('model').notNull().default(''),
  agentId: text('agent_id').notNull().default(''),
  workflowId: text('workflow_id').notNull().default(''),
  runId: text('run_id').notNull().default(''),
  userId: text('user_id').notNull().default(''),
  labels: text('labels', { mode: 'json' }).$type<Record<string, string>>().notNull(),
}

const snapshotTimes = {
  version: integer('version').notNull().default(1),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
}

const DATE = sql`date GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]'`

/** A cost on a day. Triggers keep `cost_days` up to date. */
export const costSnapshots = sqliteTable(
  'cost_snapshots',
  {
    id: text('id').primaryKey(),
    ...snapshotKey,
    costMicroUsd: integer('cost_micro_usd').notNull(),
    /** Null if it equals the cost. */
    effectiveMicroUsd: integer('effective_micro_usd'),
    listMicroUsd: integer('list_micro_usd'),
    currency: text('currency').notNull().default('USD'),
    /** The billed amount, in millionths of the currency. */
    originalMicro: integer('original_micro').notNull(),
    originalEffectiveMicro: integer('original_effective_micro'),
    originalListMicro: integer('original_list_micro'),
    ...snapshotDimensions,
    /** Columns of a FOCUS file without a column here, as JSON. */
    focus: text('focus', { mode: 'json' }).$type<Record<string, string>>(),
    /** The import that last wrote the row, if that import adds up equal lines. */
    importId: text('import_id').notNull().default(''),
    ...snapshotTimes,
  },
  (t) => [
    uniqueIndex('cost_snapshots_key').on(
      t.teamId,
      t.date,
      t.provider,
      t.gpuType,
      t.service,
      t.resource,
      t.source,
      t.line,
    ),
    // With the cost, so that rows can be sorted by it without being read.
    index('cost_snapshots_date').on(t.teamId, t.date, t.id, t.costMicroUsd),
    check('cost_snapshots_values', sql`${DATE} AND currency GLOB '[A-Z][A-Z][A-Z]'`),
    check(
      'cost_snapshots_money',
      sql`typeof(cost_micro_usd) = 'integer' AND typeof(original_micro) = 'integer'
        AND typeof(effective_micro_usd) IN ('integer', 'null') AND typeof(list_micro_usd) IN ('integer', 'null')
        AND typeof(original_effective_micro) IN ('integer', 'null') AND typeof(original_list_micro) IN ('integer', 'null')`,
    ),
  ],
)

/** Usage on a day: hours, and a quantity in some unit. Triggers keep `cost_days` up to date. */
export const usageSnapshots = sqliteTable(
  'usage_snapshots',
  {
    id: text('id').primaryKey(),
    ...snapshotKey,
    microHours: integer('micro_hours').notNull(),
    quantity: real('quantity'),
    unit: text('unit'),
    /** The quantity, if its unit is tokens. */
    tokens: integer('tokens').notNull().default(0),
    importId: text('import_id').notNull().default(''),
    ...snapshotDimensions,
    ...snapshotTimes,
  },
  (t) => [
    uniqueIndex('usage_snapshots_key').on(
      t.teamId,
      t.date,
      t.provider,
      t.gpuType,
      t.service,
      t.resource,
      t.source,
      t.line,
    ),
    index('usage_snapshots_date').on(t.teamId, t.date, t.id),
    check('usage_snapshots_values', sql`${DATE} AND (quantity IS NULL OR quantity >= 0)`),
    check(
      'usage_snapshots_amounts',
      sql`typeof(micro_hours) = 'integer' AND micro_hours >= 0 AND typeof(tokens) = 'integer' AND tokens >= 0`,
    ),
  ],
)

/** The dimensions and sums of rolled-up costs and usage. */
const rolledUpKey = {
  provider: text('provider').notNull(),
  gpuType: text('gpu_type').notNull(),
  service: text('service').notNull(),
  model: text('model').notNull(),
  agentId: text('agent_id').notNull(),
  workflowId: text('workflow_id').notNull(),
  userId: text('user_id').notNull(),
  /** Empty for usage. */
  currency: text('currency').notNull(),
}

const rolledUpSums = {
  costMicroUsd: integer('cost_micro_usd').notNull(),
  originalMicro: integer('original_micro').notNull(),
  microHours: integer('micro_hours').notNull(),
  tokens: integer('tokens').notNull(),
  costRows: integer('cost_rows').notNull(),
  usageRows: integer('usage_rows').notNull(),
}

const rolledUpColumns = <Name extends string>(
  t: Record<keyof typeof rolledUpKey, AnySQLiteColumn<{ tableName: Name }>>,
) => [t.provider, t.gpuType, t.service, t.model, t.agentId, t.workflowId, t.userId, t.currency]

/** Costs and usage, aggregated by day and dimensions. Only triggers write to it. */
export const costDays = sqliteTable(
  'cost_days',
  {
    teamId: text('team_id').notNull(),
    date: text('date').notNull(),
    ...rolledUpKey,
    ...rolledUpSums,
  },
  (t) => [primaryKey({ columns: [t.teamId, t.date, ...rolledUpColumns(t)] })],
)

/** The same by month. Only triggers of `cost_days` write to it. */
export const costMonths = sqliteTable(
  'cost_months',
  {
    teamId: text('team_id').notNull(),
    month: text('month').notNull(),
    ...rolledUpKey,
    ...rolledUpSums,
  },
  (t) => [primaryKey({ columns: [t.teamId, t.month, ...rolledUpColumns(t)] })],
)

/** The value of one unit of a currency in dollars on a day. */
export const currencyRates = sqliteTable(
  'currency_rates',
  {
    currency: text('currency').notNull(),
    date: text('date').notNull(),
    /** Decimal text. */
    usdPerUnit: text('usd_per_unit').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.currency, t.date] }),
    index('currency_rates_date').on(t.date, t.currency),
    check('currency_rates_values', sql`${DATE} AND currency GLOB '[A-Z][A-Z][A-Z]'`),
  ],
)

/** Budget thresholds that owners were notified about: each once per month and limit. */
export const budgetNotices = sqliteTable(
  'budget_notices',
  {
    teamId: text('team_id').notNull(),
    period: text('period').notNull(),
    metric: text('metric', { enum: ['cost', 'tokens'] }).notNull(),
    limitAmount: integer('limit_amount').notNull(),
    share: real('share').notNull(),
    spent: real('spent').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.period, t.metric, t.limitAmount, t.share] })],
)

/** The cost of a team's model calls in a month, for budgets that stop work. Updated when a call ends, before its run reports it. */
export const budgetLedgers = sqliteTable(
  'budget_ledgers',
  {
    teamId: text('team_id').notNull(),
    period: text('period').notNull(),
    costMicroUsd: integer('cost_micro_usd').notNull(),
    tokens: integer('tokens').notNull(),
    /** The limits for which owners were notified that work has stopped. */
    notifiedCost: integer('notified_cost'),
    notifiedTokens: integer('notified_tokens'),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.period] })],
)

/** The maximum cost of calls in progress. A lost call no longer counts once it has expired. */
export const budgetHolds = sqliteTable(
  'budget_holds',
  {
    key: text('key').primaryKey(),
    teamId: text('team_id').notNull(),
    period: text('period').notNull(),
    costMicroUsd: integer('cost_micro_usd').notNull(),
    tokens: integer('tokens').notNull(),
    expiresAt: integer('expires_at').notNull(),
    settledAt: integer('settled_at'),
  },
  (t) => [
    index('budget_holds_open').on(t.teamId, t.period, t.settledAt),
    index('budget_holds_expires').on(t.expiresAt),
  ],
)

export const IMPORT_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const

/** Imports of costs and usage, with their progress. */
export const costImports = sqliteTable(
  'cost_imports',
  {
    id: text('id').primaryKey(),
    teamId: text('team_id').notNull(),
    userId: text('user_id').notNull(),
    kind: text('kind', { enum: ['costs', 'usage'] }).notNull(),
    fileId: text('file_id').notNull(),
    fileVersion: integer('file_version').notNull(),
    fileName: text('file_name').notNull().default(''),
    /** The run that does it; null of those from before imports were runs. */
    runId: text('run_id'),
    options: text('options', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    status: text('status', { enum: IMPORT_STATUSES }).notNull(),
    /** The line of the last processed record. */
    line: integer('line').notNull().default(0),
    created: integer('created').notNull().default(0),
    corrected: integer('corrected').notNull().default(0),
    unchanged: integer('unchanged').notNull().default(0),
    refused: integer('refused').notNull().default(0),
    error: text('error'),
    createdAt: integer('created_at').notNull(),
    finishedAt: integer('finished_at'),
  },
  (t) => [index('cost_imports_created').on(t.teamId, t.createdAt, t.id)],
)

/** The errors in lines of an import: the first 1,000. */
export const costImportErrors = sqliteTable(
  'cost_import_errors',
  {
    importId: text('import_id')
      .notNull()
      .references(() => costImports.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    line: integer('line').notNull(),
    column: text('column_name'),
    reason: text('reason').notNull(),
  },
  (t) => [primaryKey({ columns: [t.importId, t.number] })],
)

/** Column mappings for files, saved by a team under a name. */
export const costMappings = sqliteTable(
  'cost_mappings',
  {
    teamId: text('team_id').notNull(),
    name: text('name').notNull(),
    columns: text('columns', { mode: 'json' }).$type<Record<string, string>>().notNull(),
    /** Values for columns that a file lacks. */
    defaults: text('defaults', { mode: 'json' }).$type<Record<string, string>>().notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.name] })],
)

export const EXPORT_EVERY = ['day', 'week', 'month'] as const

export const EXPORT_RUN_STATUSES = ['running', 'retrying', 'succeeded', 'empty', 'failed'] as const

/** The result of the last export of a schedule. */
export type ExportRun = {
  status: (typeof EXPORT_RUN_STATUSES)[number]
  from: string
  to: string
  startedAt: number
  finishedAt: number | null
  /** The name of the team's file, and its id once it is written. */
  file: string
  fileId: string | null
  /** The key in the bucket, once it is there. */
  object: string | null
  error: string | null
}

/** When the costs of a team are next exported to files. */
export const costExportSchedules = sqliteTable(
  'cost_export_schedules',
  {
    teamId: text('team_id').primaryKey(),
    every: text('every', { enum: EXPORT_EVERY }).notNull(),
    format: text('format', { enum: ['csv', 'jsonl', 'focus'] }).notNull(),
    folder: text('folder').notNull(),
    /** A bucket that each file is sent to as well, and the template of its key there. */
    integrationId: text('integration_id'),
    objectPath: text('object_path'),
    nextAt: integer('next_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    lastRun: text('last_run', { mode: 'json' }).$type<ExportRun>(),
  },
  (t) => [index('cost_export_schedules_next').on(t.nextAt)],
)
