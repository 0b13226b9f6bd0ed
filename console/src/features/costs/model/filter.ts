// The filters of costs, as in the URL. Unknown values are ignored.
import { addDays, type Bucket, bucketFor, dayOf } from './days.ts'

/** What the API can filter costs by, besides the days. */
export const FIELDS = [
  'provider',
  'service',
  'resource',
  'gpuType',
  'model',
  'agent',
  'workflow',
  'run',
  'user',
  'source',
  'label',
] as const
export type Field = (typeof FIELDS)[number]

export const FIELD_LABELS: Record<Field, string> = {
  provider: 'Provider',
  service: 'Service',
  resource: 'Resource',
  gpuType: 'GPU type',
  model: 'Model',
  agent: 'Agent',
  workflow: 'Workflow',
  run: 'Run',
  user: 'Person',
  source: 'Source',
  label: 'Label',
}

/** What costs can be grouped by. A label is `label:<key>`. */
export const GROUPS = [
  'provider',
  'service',
  'resource',
  'gpuType',
  'model',
  'agent',
  'workflow',
  'user',
] as const

export const LAST: Record<string, string> = {
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '90d': 'Last 90 days',
  month: 'This month',
  lastMonth: 'Last month',
  '12m': 'Last 12 months',
}
export const DEFAULT_LAST = '30d'

export type Period = { from: string; to: string }

export type CostFilter = { [Name in Field]?: string } & {
  last?: string
  /** Days of a chosen range, which come before `last`. */
  from?: string
  to?: string
}

export type OverviewSearch = CostFilter & {
  by?: string
  bucket?: Bucket
  /** Adds the computed costs of GPU jobs. */
  jobs?: true
}

export const SORTS = ['-date', 'date', '-cost', 'cost'] as const
export type Sort = (typeof SORTS)[number]
export type RowSearch = CostFilter & { q?: string; currency?: string; sort?: Sort }

const MAX_TEXT = 1_000

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, MAX_TEXT) : undefined

export function day(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return undefined
  const at = Date.parse(value)
  return Number.isNaN(at) || dayOf(at) !== value ? undefined : value
}

const without = <T extends object>(found: T): T =>
  Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as T

export function readFilter(search: Record<string, unknown>): CostFilter {
  const [from, to] = [day(search.from), day(search.to)]
  const last = text(search.last)
  return without({
    ...Object.fromEntries(FIELDS.map((name) => [name, text(search[name])])),
    last: last !== undefined && Object.hasOwn(LAST, last) ? last : undefined,
    // A range that ends before it begins selects nothing.
    ...(from !== undefined && to !== undefined && from > to ? {} : { from, to }),
  })
}

export const isGroup = (by: string): boolean =>
  (GROUPS as readonly string[]).includes(by) || /^label:.+/.test(by)

export function readOverview(search: Record<string, unknown>): OverviewSearch {
  const by = text(search.by)
  return without({
    ...readFilter(search),
    by: by !== undefined && isGroup(by) ? by : undefined,
    bucket: (['day', 'week', 'month'] as const).find((one) => one === search.bucket),
    jobs: search.jobs === true ? (true as const) : undefined,
  })
}

export function readRows(search: Record<string, unknown>): RowSearch {
  const currency = text(search.currency)
  return without({
    ...readFilter(search),
    q: text(search.q)?.slice(0, 200),
    currency: currency !== undefined && /^[A-Z]{3}$/.test(currency) ? currency : undefined,
    sort: SORTS.find((one) => one === search.sort),
  })
}

/** The days of the filter, both included. */
export function periodOf({ last = DEFAULT_LAST, from, to }: CostFilter, now: number): Period {
  const today = dayOf(now)
  if (from !== undefined || to !== undefined) {
    const end = to ?? (from !== undefined && from > today ? from : today)
    return { from: from ?? addDays(end, -29), to: end }
  }
  const thisMonth = `${today.slice(0, 7)}-01`
  if (last === 'month') return { from: thisMonth, to: today }
  if (last === 'lastMonth') {
    const end = addDays(thisMonth, -1)
    return { from: `${end.slice(0, 7)}-01`, to: end }
  }
  if (last === '12m') {
    const year = Number(today.slice(0, 4)) - 1
    // The 12 months that end with this one.
    return { from: addDays(`${addDays(`${year}${today.slice(4, 7)}-28`, 4).slice(0, 7)}-01`, 0), to: today }
  }
  return { from: addDays(today, 1 - Number(last.replace('d', ''))), to: today }
}

/** The same number of days directly before, like in the API. */
export function previousOf({ from, to }: Period): Period {
  const length = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1
  return { from: addDays(from, -length), to: addDays(from, -1) }
}

export const fieldsOf = (filter: CostFilter): { [Name in Field]?: string } =>
  Object.fromEntries(FIELDS.flatMap((name) => (filter[name] === undefined ? [] : [[name, filter[name]]])))

/** The filter as the API takes it. */
export const queryOf = (filter: CostFilter, now: number): Period & { [Name in Field]?: string } => ({
  ...periodOf(filter, now),
  ...fieldsOf(filter),
})

export const bucketOf = (search: OverviewSearch, now: number): Bucket => {
  const { from, to } = periodOf(search, now)
  return search.bucket ?? bucketFor(from, to)
}

export const groupLabel = (by: string): string =>
  by.startsWith('label:') ? by.slice('label:'.length) : (FIELD_LABELS[by as Field] ?? by)

/** The field and value that select one group; null if the API has no such filter. */
export function filterOfGroup(by: string, value: string | null): [Field, string] | null {
  if (value === null || value === '') return null
  return by.startsWith('label:') ? ['label', `${by.slice('label:'.length)}=${value}`] : [by as Field, value]
}

const FINER: Record<string, string> = {
  provider: 'service',
  service: 'resource',
  gpuType: 'resource',
  agent: 'model',
  workflow: 'agent',
  user: 'agent',
  model: 'agent',
}

/** What to group by after one group was chosen: the next finer thing that is not fixed yet. */
export function finerThan(by: string, filter: CostFilter): string {
  let next = FINER[by] ?? (by.startsWith('label:') ? 'provider' : by)
  for (let tries = 0; tries < GROUPS.length && filter[next as Field] !== undefined; tries++)
    next = FINER[next] ?? 'provider'
  return next
}
