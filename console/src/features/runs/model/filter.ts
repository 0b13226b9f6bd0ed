// The filters of the list, as in the URL. Unknown values are ignored.

export const STATUSES = [
  'running',
  'waiting',
  'failed',
  'succeeded',
  'queued',
  'paused',
  'cancelled',
] as const
export type Status = (typeof STATUSES)[number]

export const TRIGGERS = [
  'manual',
  'schedule',
  'webhook',
  'event',
  'workflow',
  'retry',
  'rerun',
  'error',
] as const

export type RunFilter = {
  status?: Status
  workflow?: string
  trigger?: string
  q?: string
  /** An error code. */
  error?: string
  /** `1h`, `24h`, `7d` or `30d`: the time until now. */
  last?: string
  /** ISO times of a selected range. */
  from?: string
  to?: string
}

export const LAST: Record<string, { name: string; ms: number; bucket: 'minute' | 'hour' | 'day' }> = {
  '1h': { name: 'Last hour', ms: 3_600_000, bucket: 'minute' },
  '24h': { name: 'Last 24 hours', ms: 86_400_000, bucket: 'hour' },
  '7d': { name: 'Last 7 days', ms: 7 * 86_400_000, bucket: 'hour' },
  '30d': { name: 'Last 30 days', ms: 30 * 86_400_000, bucket: 'day' },
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 200) : undefined
const time = (value: unknown): string | undefined =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? new Date(value).toISOString() : undefined

export function readFilter(search: Record<string, unknown>): RunFilter {
  const last = text(search.last)
  const found: Record<keyof RunFilter, string | undefined> = {
    status: STATUSES.find((one) => one === search.status),
    workflow: text(search.workflow),
    trigger: text(search.trigger),
    q: text(search.q),
    error: text(search.error),
    last: last !== undefined && last in LAST ? last : undefined,
    from: time(search.from),
    to: time(search.to),
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as RunFilter
}

/** The query for the server. `now` is rounded to minutes, so that equal queries have equal keys. */
export function queryOf(filter: RunFilter, now: number) {
  const span = filter.last === undefined ? undefined : LAST[filter.last]
  const minute = Math.floor(now / 60_000) * 60_000
  const from = filter.from ?? (span && new Date(minute - span.ms).toISOString())
  return {
    ...(filter.workflow && { workflowId: filter.workflow }),
    ...(filter.trigger && { trigger: filter.trigger }),
    ...(filter.q && { q: filter.q }),
    ...(filter.error && { errorCode: filter.error }),
    ...(from && { from }),
    ...(filter.to && { to: filter.to }),
  }
}

/** The filter of a bulk operation. Runs that start later are left out. */
export const bulkFilterOf = (filter: RunFilter, now: number) => ({
  ...queryOf(filter, now),
  to: filter.to ?? new Date(now).toISOString(),
  ...(filter.status && { status: [filter.status] }),
})

/** The period that the chart shows, and the length of its buckets. */
export function spanOf(
  filter: RunFilter,
  now: number,
): { from: number; to: number; bucket: 'minute' | 'hour' | 'day' } {
  const to = filter.to === undefined ? now : Date.parse(filter.to)
  const ms = LAST[filter.last ?? '24h']?.ms ?? 86_400_000
  const from = filter.from === undefined ? to - ms : Date.parse(filter.from)
  const length = to - from
  return { from, to, bucket: length <= 3 * 3_600_000 ? 'minute' : length <= 15 * 86_400_000 ? 'hour' : 'day' }
}
