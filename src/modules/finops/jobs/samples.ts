import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { commit } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { findSamples, guardSamples, updateMeans, upsertSamples } from './repo.ts'
import type { AddSamples, GpuJob, ListSamples, Sample } from './schema.ts'
import { getGpuJob, requireGpuJob } from './service.ts'

/** Five weeks with one sample per minute. */
export const MAX_SAMPLES = 50_000

/** Adds samples. A sample with an existing time replaces it, so a repetition changes nothing. */
export async function addSamples(ctx: ServiceContext, id: string, input: AddSamples): Promise<GpuJob> {
  const { teamId } = ctx.actor
  const job = await requireGpuJob(ctx, id)
  if (job.deletedAt !== null) throw notFound('The job')
  const samples = input.map((sample) => ({ ...sample, powerW: sample.powerW ?? null }))
  const outcome = await commit(ctx, {
    guard: guardSamples(teamId, id, MAX_SAMPLES - samples.length, ctx.now()),
    statements: [upsertSamples(id, samples), updateMeans(teamId, id)],
    audit: {
      action: 'job.samples_added',
      targetType: 'job',
      targetId: id,
      after: { samples: samples.length },
    },
  })
  if (outcome === 'guard_missed')
    throw new AppError('resource.conflict', {
      detail: `A job keeps at most ${MAX_SAMPLES} samples, and ${job.samples} are there.`,
    })
  return getGpuJob(ctx, id)
}

export async function listSamples(
  ctx: ServiceContext,
  id: string,
  query: ListSamples,
): Promise<Page<Sample>> {
  const job = await requireGpuJob(ctx, id)
  const rows = await findSamples(ctx.env.DB, id, query)
  const page = toPage(
    rows,
    query,
    ({ at }) => ({ value: at, id: String(at) }),
    (row) => ({ ...row, at: toIso(row.at) }),
  )
  return query.count ? { ...page, total: job.samples } : page
}
