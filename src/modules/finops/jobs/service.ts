// GPU jobs. Invariants:
// 1. A job's external id is unique in its team, including deleted jobs. Writing it again updates the job, and
//    restores a deleted one.
// 2. A change is only written to the version that it was computed from.
import type { ReadContext, ServiceContext } from '../../../context.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { commit, isUniqueViolation } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { priceOf } from '../../prices/index.ts'
import { untilWritten } from '../tries.ts'
import {
  countGpuJobs,
  cursorValue,
  findGpuJob,
  findGpuJobByExternalId,
  findGpuJobs,
  type GpuJobRow,
  insertGpuJob,
  setGpuJobDeleted,
  updateGpuJob as updateGpuJobRow,
} from './repo.ts'
import type { CreateGpuJob, GpuJob, ListGpuJobs, UpdateGpuJob } from './schema.ts'
import { type JobState, newState, nextState } from './state.ts'
import { toGpuJob } from './view.ts'

export async function listGpuJobs(ctx: ReadContext, query: ListGpuJobs): Promise<Page<GpuJob>> {
  const now = ctx.now()
  let sortedAt = now
  const { rows, actor } = await ctx.read(({ teamId }) => {
    const read = findGpuJobs(teamId, query, now)
    sortedAt = read.sortedAt
    return read
  })
  const page = toPage(
    rows,
    query,
    (row) => ({ value: cursorValue(row, query.sort, sortedAt), id: row.id }),
    (row) => toGpuJob({ ...row, labels: JSON.parse(row.labels) as Record<string, string> }, now),
  )
  return query.count ? { ...page, total: await countGpuJobs(ctx.env.DB, actor.teamId, query) } : page
}

export async function getGpuJob(ctx: ServiceContext, id: string): Promise<GpuJob> {
  return toGpuJob(await requireGpuJob(ctx, id), ctx.now())
}

export async function requireGpuJob(ctx: ServiceContext, id: string): Promise<GpuJobRow> {
  const row = await findGpuJob(ctx.db, ctx.actor.teamId, id)
  if (row === null) throw notFound('The job')
  return row
}

/** Also returns whether the job is new. */
export async function createGpuJob(
  ctx: ServiceContext,
  input: CreateGpuJob,
): Promise<{ job: GpuJob; isNew: boolean }> {
  const { teamId } = ctx.actor
  const { externalId, ...changes } = input
  return untilWritten(async () => {
    const known = externalId === undefined ? null : await findGpuJobByExternalId(ctx.db, teamId, externalId)
    if (known !== null) {
      const job = await changeOnce(ctx, known, changes)
      return job === null ? null : { job, isNew: false }
    }
    try {
      return { job: await insertNew(ctx, input), isNew: true }
    } catch (error) {
      // Another request has just written the same external id.
      if (isUniqueViolation(error, 'gpu_jobs.external_id')) return null
      throw error
    }
  })
}

async function insertNew(ctx: ServiceContext, input: CreateGpuJob): Promise<GpuJob> {
  const { teamId } = ctx.actor
  const now = ctx.now()
  const id = newId('job', now)
  const state = newState(input, now)
  const row = {
    ...state,
    ...(await pricesOf(ctx, state, now)),
    id,
    teamId,
    externalId: input.externalId ?? null,
    createdAt: now,
    updatedAt: now,
  }
  await commit(ctx, {
    statements: [insertGpuJob(ctx.db, row)],
    audit: { action: 'job.created', targetType: 'job', targetId: id, after: { ...input } },
  })
  return getGpuJob(ctx, id)
}

export async function updateGpuJob(
  ctx: ServiceContext,
  id: string,
  input: UpdateGpuJob,
  expected: Expected,
): Promise<GpuJob> {
  return untilWritten(async () => {
    const before = await requireGpuJob(ctx, id)
    if (before.deletedAt !== null) throw notFound('The job')
    requireExpected(expected, before.version)
    return changeOnce(ctx, before, input)
  })
}

/** Null if another request was faster. */
async function changeOnce(
  ctx: ServiceContext,
  before: GpuJobRow,
  input: UpdateGpuJob,
): Promise<GpuJob | null> {
  const { teamId } = ctx.actor
  const now = ctx.now()
  const state = nextState(before, input, now)
  const row = { ...state, ...(await pricesOf(ctx, state, before.createdAt)), deletedAt: null }
  const outcome = await commit(ctx, {
    guard: updateGpuJobRow(ctx.db, teamId, before.id, before.version, row, now),
    audit: {
      action: 'job.updated',
      targetType: 'job',
      targetId: before.id,
      before: changedOf(before, state),
      after: { ...input },
    },
  })
  return outcome === 'done' ? getGpuJob(ctx, before.id) : null
}

/** The old values of changed fields. */
function changedOf(before: JobState, after: JobState): Record<string, unknown> {
  const names = Object.keys(after) as (keyof JobState)[]
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
  return Object.fromEntries(changed.map((name) => [name, before[name]]))
}

/** The rate of the job, or that of the price table for the day of its start. */
async function pricesOf(
  ctx: ServiceContext,
  state: JobState,
  createdAt: number,
): Promise<{ priceMicroUsd: number | null; priceId: string | null }> {
  if (state.hourlyRateMicroUsd !== null) return { priceMicroUsd: state.hourlyRateMicroUsd, priceId: null }
  const price = await priceOf(ctx.env.DB, state, state.startedAt ?? createdAt)
  return { priceMicroUsd: price?.microUsd ?? null, priceId: price?.id ?? null }
}

export async function deleteGpuJob(ctx: ServiceContext, id: string, expected: Expected): Promise<void> {
  const before = await requireGpuJob(ctx, id)
  if (before.deletedAt !== null) throw notFound('The job')
  const seen = requireExpected(expected, before.version)
  const now = ctx.now()
  const outcome = await commit(ctx, {
    guard: setGpuJobDeleted(ctx.db, ctx.actor.teamId, id, now, seen, now),
    audit: { action: 'job.deleted', targetType: 'job', targetId: id },
  })
  if (outcome === 'guard_missed' && seen !== null) throw new AppError('resource.stale')
  if (outcome === 'guard_missed') throw notFound('The job')
}

/** Restoring a job that is not deleted changes nothing. */
export async function restoreGpuJob(ctx: ServiceContext, id: string, expected: Expected): Promise<GpuJob> {
  const before = await requireGpuJob(ctx, id)
  const seen = requireExpected(expected, before.version)
  if (before.deletedAt !== null) {
    const outcome = await commit(ctx, {
      guard: setGpuJobDeleted(ctx.db, ctx.actor.teamId, id, null, seen, ctx.now()),
      audit: { action: 'job.restored', targetType: 'job', targetId: id },
    })
    if (outcome === 'guard_missed' && seen !== null) throw new AppError('resource.stale')
  }
  return getGpuJob(ctx, id)
}
