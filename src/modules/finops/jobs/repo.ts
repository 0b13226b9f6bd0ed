import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm'
import { DAY_MS } from '../../../core/clock.ts'
import { decodeCursor } from '../../../core/cursor.ts'
import { AppError } from '../../../core/errors.ts'
import type { Db } from '../../../db/client.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import { columns, type HotRead, hotList } from '../../../db/hot-read.ts'
import { gpuJobs } from '../../../db/schema/index.ts'
import { sqlLower } from '../../../db/sql-lower.ts'
import { labelCondition } from '../labels-repo.ts'
import { type Bind, binder } from '../snapshots/filter.ts'
import { costMicroUsdSql, endSql, microHoursSql } from './meter.ts'
import type { ListGpuJobs } from './schema.ts'

export type GpuJobRow = typeof gpuJobs.$inferSelect

/** `labels` is JSON here, as it is read without drizzle. */
export type ListedJob = Omit<GpuJobRow, 'labels'> & { labels: string; sortValue: number }

const one = (teamId: string, id: string) => and(eq(gpuJobs.id, id), eq(gpuJobs.teamId, teamId))

export async function findGpuJob(db: Db, teamId: string, id: string): Promise<GpuJobRow | null> {
  const [row] = await db.select().from(gpuJobs).where(one(teamId, id)).limit(1)
  return row ?? null
}

export async function findGpuJobByExternalId(
  db: Db,
  teamId: string,
  externalId: string,
): Promise<GpuJobRow | null> {
  const named = and(eq(gpuJobs.teamId, teamId), eq(gpuJobs.externalId, externalId))
  const [row] = await db.select().from(gpuJobs).where(named).limit(1)
  return row ?? null
}

export const insertGpuJob = (db: Db, row: typeof gpuJobs.$inferInsert): Statement =>
  db.insert(gpuJobs).values(row)

/** Changes nothing if the row has changed since `seenVersion`. */
export const updateGpuJob = (
  db: Db,
  teamId: string,
  id: string,
  seenVersion: number,
  changes: Partial<typeof gpuJobs.$inferInsert>,
  now: number,
): Statement =>
  db
    .update(gpuJobs)
    .set({ ...changes, version: sql`${gpuJobs.version} + 1`, updatedAt: now })
    .where(and(one(teamId, id), eq(gpuJobs.version, seenVersion)))

export const setGpuJobDeleted = (
  db: Db,
  teamId: string,
  id: string,
  deletedAt: number | null,
  seenVersion: number | null,
  now: number,
): Statement =>
  db
    .update(gpuJobs)
    .set({ deletedAt, version: sql`${gpuJobs.version} + 1`, updatedAt: now })
    .where(
      and(
        one(teamId, id),
        deletedAt === null ? isNotNull(gpuJobs.deletedAt) : isNull(gpuJobs.deletedAt),
        seenVersion === null ? undefined : eq(gpuJobs.version, seenVersion),
      ),
    )

const COLUMN_NAMES: Record<keyof Omit<ListedJob, 'sortValue'>, string> = {
  id: 'j.id',
  teamId: 'j.team_id',
  externalId: 'external_id',
  provider: 'provider',
  gpuType: 'gpu_type',
  gpuCount: 'gpu_count',
  modelName: 'model_name',
  status: 'status',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
  hourlyRateMicroUsd: 'hourly_rate_micro_usd',
  priceMicroUsd: 'price_micro_usd',
  priceId: 'price_id',
  region: 'region',
  labels: 'labels',
  runId: 'run_id',
  notes: 'notes',
  samples: 'samples',
  gpuPct: 'gpu_pct',
  memPct: 'mem_pct',
  powerW: 'power_w',
  version: 'j.version',
  createdAt: 'j.created_at',
  updatedAt: 'j.updated_at',
  deletedAt: 'deleted_at',
}

/** Jobs that have not started sort as 0, jobs without a known cost as -1. */
const SORTS: Record<string, (now: number) => string> = {
  createdAt: () => 'j.created_at',
  startedAt: () => 'coalesce(j.started_at, 0)',
  cost: (now) => `coalesce(${costMicroUsdSql('j', endSql('j', String(now)))}, -1)`,
  hours: (now) => microHoursSql('j', endSql('j', String(now))),
}

/** Costs grow while a list is paged, so its cursor contains the time of the first page. */
const grows = (sort: string): boolean => sort.endsWith('cost') || sort.endsWith('hours')

export const cursorValue = (row: ListedJob, sort: string, sortedAt: number): string | number =>
  grows(sort) ? `${sortedAt} ${row.sortValue}` : row.sortValue

function positionOf(query: ListGpuJobs, now: number) {
  if (query.cursor === undefined) return { sortedAt: now, after: null }
  const { value, id } = decodeCursor(query.cursor, query.sort)
  if (!grows(query.sort)) return { sortedAt: now, after: { value: Number(value), id } }
  const match = /^(\d{1,15}) (-?\d{1,20})$/.exec(String(value))
  if (match === null) throw new AppError('request.invalid_cursor')
  return { sortedAt: Number(match[1]), after: { value: Number(match[2]), id } }
}

function conditionsOf(teamId: string, query: ListGpuJobs, bind: Bind): string[] {
  const where = [
    `j.team_id = ${bind(teamId)}`,
    query.deleted ? 'j.deleted_at IS NOT NULL' : 'j.deleted_at IS NULL',
  ]
  if (query.team !== undefined) where.push(`j.team_id = ${bind(query.team)}`)
  if (query.status !== undefined)
    where.push(`j.status IN (SELECT value FROM json_each(${bind(JSON.stringify(query.status))}))`)
  if (query.provider !== undefined) where.push(`j.provider = ${bind(query.provider)}`)
  if (query.gpuType !== undefined) where.push(`j.gpu_type = ${bind(query.gpuType)}`)
  if (query.model !== undefined) where.push(`j.model_name = ${bind(query.model)}`)
  if (query.label !== undefined) where.push(labelCondition('j.labels', query.label, bind))
  const began = 'coalesce(j.started_at, j.created_at)'
  if (query.from !== undefined) where.push(`${began} >= ${bind(Date.parse(query.from))}`)
  if (query.to !== undefined) where.push(`${began} < ${bind(Date.parse(query.to) + DAY_MS)}`)
  if (query.q !== undefined) where.push(`instr(lower(${SEARCHED}), ${bind(sqlLower(query.q))}) > 0`)
  return where
}

const SEARCHED = ['j.model_name', "coalesce(j.external_id, '')", 'j.provider', 'j.gpu_type', 'j.notes'].join(
  ' || char(10) || ',
)

/** Also returns the time by which the page is sorted. */
export function findGpuJobs(
  teamId: string,
  query: ListGpuJobs,
  now: number,
): HotRead<ListedJob> & { sortedAt: number } {
  const { params, bind } = binder()
  const where = conditionsOf(teamId, query, bind)
  const descending = query.sort.startsWith('-')
  const { sortedAt, after } = positionOf(query, now)
  const column = SORTS[query.sort.replace('-', '')]?.(sortedAt) ?? 'j.created_at'
  if (after !== null) {
    where.push(`(${column}, j.id) ${descending ? '<' : '>'} (${bind(after.value)}, ${bind(after.id)})`)
  }
  const direction = descending ? 'DESC' : 'ASC'
  const read = hotList(
    columns<ListedJob>({ ...COLUMN_NAMES, sortValue: column }),
    `FROM gpu_jobs j WHERE ${where.join(' AND ')} ORDER BY ${column} ${direction}, j.id ${direction}`,
    params,
    query.limit + 1,
  )
  return { ...read, sortedAt }
}

export async function countGpuJobs(d1: D1Database, teamId: string, query: ListGpuJobs): Promise<number> {
  const { params, bind } = binder()
  const where = conditionsOf(teamId, query, bind)
  const row = await d1
    .prepare(`SELECT count(*) AS n FROM gpu_jobs j WHERE ${where.join(' AND ')}`)
    .bind(...params)
    .first<{ n: number }>()
  return row?.n ?? 0
}

export type SampleRow = { at: number; gpuPct: number; memPct: number; powerW: number | null }

/** Replaces a sample with the same time. */
export const upsertSamples = (jobId: string, samples: SampleRow[]): Statement =>
  statement(
    `INSERT INTO gpu_job_samples (job_id, at, gpu_pct, mem_pct, power_w)
     SELECT ?1, s.value ->> 'at', s.value ->> 'gpuPct', s.value ->> 'memPct', s.value ->> 'powerW' FROM json_each(?2) s WHERE true
     ON CONFLICT (job_id, at) DO UPDATE SET gpu_pct = excluded.gpu_pct, mem_pct = excluded.mem_pct, power_w = excluded.power_w`,
    jobId,
    JSON.stringify(samples),
  )

/** Updates the job's means to its samples. */
export const updateMeans = (teamId: string, jobId: string): Statement =>
  statement(
    `UPDATE gpu_jobs SET (samples, gpu_pct, mem_pct, power_w) =
       (SELECT count(*), avg(s.gpu_pct), avg(s.mem_pct), avg(s.power_w) FROM gpu_job_samples s WHERE s.job_id = ?2)
     WHERE team_id = ?1 AND id = ?2`,
    teamId,
    jobId,
  )

/** Changes one row if the job exists and has room for more samples. */
export const guardSamples = (teamId: string, jobId: string, room: number, now: number): Statement =>
  statement(
    'UPDATE gpu_jobs SET updated_at = ?4 WHERE team_id = ?1 AND id = ?2 AND deleted_at IS NULL AND samples <= ?3',
    teamId,
    jobId,
    room,
    now,
  )

export async function findSamples(
  d1: D1Database,
  jobId: string,
  options: { limit: number; cursor?: string | undefined; sort: string },
): Promise<SampleRow[]> {
  const descending = options.sort.startsWith('-')
  const after = options.cursor === undefined ? null : decodeCursor(options.cursor, options.sort).value
  const { results } = await d1
    .prepare(
      `SELECT at, gpu_pct AS gpuPct, mem_pct AS memPct, power_w AS powerW FROM gpu_job_samples
       WHERE job_id = ?1 ${after === null ? '' : `AND at ${descending ? '<' : '>'} ?2`}
       ORDER BY at ${descending ? 'DESC' : 'ASC'} LIMIT ${Math.trunc(options.limit) + 1}`,
    )
    .bind(jobId, ...(after === null ? [] : [after]))
    .all<SampleRow>()
  return results
}
