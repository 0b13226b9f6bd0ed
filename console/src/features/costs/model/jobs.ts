// GPU jobs: their filters in the URL, the statuses that may follow, and their form.

export const JOB_STATUSES = ['queued', 'provisioning', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type JobStatus = (typeof JOB_STATUSES)[number]

const NEXT: Record<JobStatus, readonly JobStatus[]> = {
  queued: ['provisioning', 'running', 'failed', 'cancelled'],
  provisioning: ['running', 'failed', 'cancelled'],
  running: ['succeeded', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
}

export const nextStatuses = (from: JobStatus): readonly JobStatus[] => NEXT[from]
export const hasEnded = (status: JobStatus): boolean => NEXT[status].length === 0

export const VERBS: Record<JobStatus, string> = {
  queued: 'Queue',
  provisioning: 'Mark as provisioning',
  running: 'Mark as running',
  succeeded: 'Mark as succeeded',
  failed: 'Mark as failed',
  cancelled: 'Mark as cancelled',
}

export const JOB_SORTS = [
  '-createdAt',
  'createdAt',
  '-startedAt',
  'startedAt',
  '-cost',
  'cost',
  '-hours',
  'hours',
] as const

export type JobSearch = {
  status?: JobStatus
  provider?: string
  gpuType?: string
  model?: string
  label?: string
  q?: string
  sort?: (typeof JOB_SORTS)[number]
  deleted?: true
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 200) : undefined

export function readJobs(search: Record<string, unknown>): JobSearch {
  const found = {
    status: JOB_STATUSES.find((one) => one === search.status),
    provider: text(search.provider),
    gpuType: text(search.gpuType),
    model: text(search.model),
    label: text(search.label),
    q: text(search.q),
    sort: JOB_SORTS.find((one) => one === search.sort),
    deleted: search.deleted === true ? true : undefined,
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as JobSearch
}

export type JobForm = {
  externalId: string
  provider: string
  gpuType: string
  gpuCount: string
  modelName: string
  status: JobStatus
  startedAt: string
  finishedAt: string
  hourlyRateUsd: string
  region: string
  labels: string
  notes: string
}

export const EMPTY_JOB: JobForm = {
  externalId: '',
  provider: '',
  gpuType: '',
  gpuCount: '1',
  modelName: '',
  status: 'queued',
  startedAt: '',
  finishedAt: '',
  hourlyRateUsd: '',
  region: '',
  labels: '',
  notes: '',
}

const pad = (value: number): string => String(value).padStart(2, '0')

/** For a field of the type `datetime-local`, in the time zone of the browser. */
export function localTime(iso: string | null): string {
  if (iso === null) return ''
  const at = new Date(iso)
  const day = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`
  return `${day}T${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`
}

export const isoTime = (local: string): string | null => (local === '' ? null : new Date(local).toISOString())

const orNull = (value: string): string | null => (value.trim() === '' ? null : value.trim())

/** Of a new job. Fields without a text are left out. */
export function jobBody(form: JobForm, labels: Record<string, string>) {
  const all = {
    ...changesBody(form, labels),
    externalId: orNull(form.externalId),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null && value !== ''))
}

/** Of a change: an empty field removes the value. */
export const changesBody = (form: JobForm, labels: Record<string, string>) => ({
  provider: form.provider.trim(),
  gpuType: form.gpuType.trim(),
  gpuCount: Number(form.gpuCount),
  modelName: orNull(form.modelName),
  status: form.status,
  startedAt: isoTime(form.startedAt),
  finishedAt: isoTime(form.finishedAt),
  hourlyRateUsd: form.hourlyRateUsd.trim() === '' ? null : Number(form.hourlyRateUsd),
  region: orNull(form.region),
  labels,
  notes: form.notes,
})

type Bucket = { at: string; gpuPct: number; memPct: number; powerW: number | null }

/** At most this many points, each the mean of its neighbours. Samples come in order of time. */
export function thinned(samples: readonly Bucket[], most: number): Bucket[] {
  const size = Math.max(1, Math.ceil(samples.length / most))
  const groups = Array.from({ length: Math.ceil(samples.length / size) }, (_, at) =>
    samples.slice(at * size, (at + 1) * size),
  )
  return groups.map((group) => {
    const powers = group.flatMap(({ powerW }) => (powerW === null ? [] : [powerW]))
    return {
      at: group[0]?.at ?? '',
      gpuPct: mean(group.map((one) => one.gpuPct)),
      memPct: mean(group.map((one) => one.memPct)),
      powerW: powers.length === 0 ? null : mean(powers),
    }
  })
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
