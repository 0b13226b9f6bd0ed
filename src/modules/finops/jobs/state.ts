// Applies a request to a job. Pure: the time is an argument.
import { DAY_MS } from '../../../core/clock.ts'
import { AppError } from '../../../core/errors.ts'
import { toMicroUsd } from '../../../core/money.ts'
import type { CreateGpuJob, UpdateGpuJob } from './schema.ts'
import { hasEnded, type JobStatus, mayFollow, nextStatuses } from './status.ts'

/** The fields of a job that users can change. */
export type JobState = {
  provider: string
  gpuType: string
  gpuCount: number
  modelName: string
  status: JobStatus
  startedAt: number | null
  finishedAt: number | null
  hourlyRateMicroUsd: number | null
  region: string
  labels: Record<string, string>
  runId: string | null
  notes: string
}

export function newState({ provider, gpuType, externalId: _, ...rest }: CreateGpuJob, now: number): JobState {
  const empty: JobState = {
    provider,
    gpuType,
    gpuCount: 1,
    modelName: '',
    status: rest.status ?? 'queued',
    startedAt: null,
    finishedAt: null,
    hourlyRateMicroUsd: null,
    region: '',
    labels: {},
    runId: null,
    notes: '',
  }
  return nextState(empty, rest, now)
}

/**
 * Fields that are left out do not change. Throws for a status that is not allowed next, or times that are
 * inconsistent.
 */
export function nextState(before: JobState, input: UpdateGpuJob, now: number): JobState {
  const status = input.status ?? before.status
  if (!mayFollow(before.status, status)) throw notAllowed(before.status, status)
  const { modelName, hourlyRateUsd, region } = input
  const after: JobState = {
    provider: input.provider ?? before.provider,
    gpuType: input.gpuType ?? before.gpuType,
    gpuCount: input.gpuCount ?? before.gpuCount,
    modelName: modelName === undefined ? before.modelName : (modelName ?? ''),
    status,
    ...timesOf(before, input, status, now),
    hourlyRateMicroUsd:
      hourlyRateUsd === undefined
        ? before.hourlyRateMicroUsd
        : hourlyRateUsd === null
          ? null
          : toMicroUsd(hourlyRateUsd),
    region: region === undefined ? before.region : (region ?? ''),
    labels: input.labels ?? before.labels,
    runId: input.runId === undefined ? before.runId : input.runId,
    notes: input.notes ?? before.notes,
  }
  return after
}

function timesOf(
  before: JobState,
  input: UpdateGpuJob,
  status: JobStatus,
  now: number,
): { startedAt: number | null; finishedAt: number | null } {
  let startedAt = input.startedAt === undefined ? before.startedAt : input.startedAt
  let finishedAt = input.finishedAt === undefined ? before.finishedAt : input.finishedAt
  if (status === 'queued' && startedAt !== null) throw wrong('startedAt', 'a queued job has not started')
  if (!hasEnded(status) && finishedAt !== null) throw wrong('finishedAt', `a ${status} job has not finished`)
  if (status === 'running') startedAt ??= now
  if (hasEnded(status)) finishedAt ??= Math.max(now, startedAt ?? now)
  const latest = now + DAY_MS
  if (startedAt !== null && startedAt > latest) throw wrong('startedAt', 'is in the future')
  if (finishedAt !== null && finishedAt > latest) throw wrong('finishedAt', 'is in the future')
  if (startedAt !== null && finishedAt !== null && finishedAt < startedAt)
    throw wrong('finishedAt', 'is before startedAt')
  return { startedAt, finishedAt }
}

const wrong = (path: string, message: string): AppError =>
  new AppError('request.invalid', { errors: [{ path: `/${path}`, message, code: 'custom' }] })

function notAllowed(from: JobStatus, to: JobStatus): AppError {
  const allowed = nextStatuses(from)
  const detail =
    allowed.length === 0
      ? `A job with the status ${from} has ended. Its status cannot change.`
      : `A job with the status ${from} can only change to ${allowed.join(', ')}, not to ${to}.`
  return new AppError('job.status_not_allowed', {
    detail,
    errors: allowed.map((status) => ({ path: '/status', message: status, code: 'allowed' })),
  })
}
