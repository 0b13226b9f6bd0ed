import { toIso, toIsoOrNull } from '../../../core/clock.ts'
import { MICROS, toUsdOrNull } from '../../../core/money.ts'
import { costMicroUsdOf, microHoursOf } from './meter.ts'
import type { GpuJobRow } from './repo.ts'
import type { GpuJob } from './schema.ts'

/** The job as it is now: hours and cost of an active job grow. */
export function toGpuJob(row: GpuJobRow, now: number): GpuJob {
  const { hourlyRateMicroUsd, priceMicroUsd, gpuPct, memPct, powerW } = row
  const source = hourlyRateMicroUsd === null ? 'price_table' : 'job'
  return {
    id: row.id,
    teamId: row.teamId,
    externalId: row.externalId,
    provider: row.provider,
    gpuType: row.gpuType,
    gpuCount: row.gpuCount,
    modelName: row.modelName === '' ? null : row.modelName,
    status: row.status,
    startedAt: toIsoOrNull(row.startedAt),
    finishedAt: toIsoOrNull(row.finishedAt),
    hourlyRateUsd: toUsdOrNull(hourlyRateMicroUsd),
    priceUsd: toUsdOrNull(priceMicroUsd),
    priceSource: priceMicroUsd === null ? null : source,
    hours: microHoursOf(row, now) / MICROS,
    costUsd: toUsdOrNull(costMicroUsdOf(row, now)),
    region: row.region === '' ? null : row.region,
    labels: row.labels,
    runId: row.runId,
    notes: row.notes,
    utilization: gpuPct === null || memPct === null ? null : { samples: row.samples, gpuPct, memPct, powerW },
    version: row.version,
    createdAt: toIso(row.createdAt),
    updatedAt: toIso(row.updatedAt),
    deletedAt: toIsoOrNull(row.deletedAt),
  }
}
