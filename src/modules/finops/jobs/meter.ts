// The usage and the cost of a job. Invariants:
// 1. Hours are GPUs × time, until now while the job is active. Cost is hours × price, or null if the price is
//    unknown.
// 2. Both are whole millionths, rounded half up once. The SQL below gives the same numbers as the functions.
import { MICROS } from '../../../core/money.ts'

const HOUR_MS = 3_600_000n

export type Metered = {
  gpuCount: number
  startedAt: number | null
  finishedAt: number | null
  priceMicroUsd: number | null
}

function gpuMs({ gpuCount, startedAt, finishedAt }: Metered, now: number): bigint {
  if (startedAt === null) return 0n
  return BigInt(gpuCount) * BigInt(Math.max(0, (finishedAt ?? now) - startedAt))
}

const perHour = (amount: bigint): number => Number((amount + HOUR_MS / 2n) / HOUR_MS)

export const microHoursOf = (job: Metered, now: number): number => perHour(gpuMs(job, now) * BigInt(MICROS))

export const costMicroUsdOf = (job: Metered, now: number): number | null =>
  job.priceMicroUsd === null ? null : perHour(gpuMs(job, now) * BigInt(job.priceMicroUsd))

/** The GPU milliseconds of a job between two times, which are SQL of whole milliseconds. */
const gpuMsSql = (job: string, until: string): string =>
  `${job}.gpu_count * max(0, ${until} - coalesce(${job}.started_at, ${until}))`

/** SQLite switches to a float if a product is too large for its integers. */
const perHourSql = (amount: string): string => `CAST((${amount} + 1800000) / 3600000 AS INTEGER)`

export const endSql = (job: string, now: string): string => `coalesce(${job}.finished_at, ${now})`

/** Until a time that is not later than the job's end. */
export const microHoursSql = (job: string, until: string): string =>
  perHourSql(`(${gpuMsSql(job, until)}) * ${MICROS}`)

export const costMicroUsdSql = (job: string, until: string): string =>
  perHourSql(`(${gpuMsSql(job, until)}) * ${job}.price_micro_usd`)
