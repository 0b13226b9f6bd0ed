// The filters and the view of the list, as in the URL. Unknown values are ignored.

export const VIEWS = ['list', 'board', 'tree', 'graph'] as const
export type View = (typeof VIEWS)[number]

export const STATUSES = [
  'draft',
  'blocked',
  'scheduled',
  'queued',
  'running',
  'waiting',
  'paused',
  'succeeded',
  'failed',
  'cancelled',
  'skipped',
] as const
export type Status = (typeof STATUSES)[number]

export const TYPES = [
  'research',
  'codeGeneration',
  'websiteCreation',
  'dataAnalysis',
  'debugging',
  'documentation',
  'custom',
] as const

export const SORTS = [
  '-created',
  'created',
  'due',
  '-due',
  '-priority',
  'priority',
  '-progress',
  'progress',
  '-updated',
  'updated',
] as const
export type Sort = (typeof SORTS)[number]

export type TaskFilter = {
  q?: string
  status?: Status[]
  type?: string
  /** The id of a user or an agent, `me` or `none`. */
  assignee?: string
  priority?: string
  tag?: string
  /** `overdue`, `today` or `week`. */
  due?: Due
  /** Only tasks with an error. */
  errors?: true
}
export type TaskSearch = Omit<TaskFilter, 'status'> & {
  /** Several are separated by commas. */
  status?: string
  sort?: Sort
  view?: View
  /** The dialog for a new task is open. */
  new?: true
}

export const DUE = { overdue: 'Overdue', today: 'Due within a day', week: 'Due within a week' } as const
type Due = keyof typeof DUE

export const PRIORITIES: Record<string, string> = {
  '7,8,9': 'High (7 to 9)',
  '4,5,6': 'Medium (4 to 6)',
  '0,1,2,3': 'Low (0 to 3)',
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 200) : undefined

function statusesOf(value: unknown): Status[] | undefined {
  const named = typeof value === 'string' ? value.split(',') : []
  const found = STATUSES.filter((one) => named.includes(one))
  return found.length === 0 ? undefined : found
}

const without = <T extends object>(all: { [Key in keyof T]: T[Key] | undefined }): T =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as T

export function readSearch(search: Record<string, unknown>): TaskSearch {
  return without<TaskSearch>({
    q: text(search.q),
    status: statusesOf(search.status)?.join(','),
    type: TYPES.find((one) => one === search.type),
    assignee: text(search.assignee),
    priority:
      text(search.priority) ?? (typeof search.priority === 'number' ? `${search.priority}` : undefined),
    tag: text(search.tag),
    due: (Object.keys(DUE) as Due[]).find((one) => one === search.due),
    errors: search.errors === true ? true : undefined,
    sort: SORTS.find((one) => one === search.sort),
    view: VIEWS.find((one) => one === search.view && one !== 'list'),
    new: search.new === true ? true : undefined,
  })
}

export function filterOf(search: TaskSearch): TaskFilter {
  const { sort: _, view: __, new: ___, status, ...others } = search
  const statuses = statusesOf(status)
  return { ...others, ...(statuses && { status: statuses }) }
}

const DAY_MS = 86_400_000

/** The query for the server. `now` is rounded to minutes, so that equal queries have equal keys. */
export function queryOf({ q, status, type, assignee, priority, tag, due, errors }: TaskFilter, now: number) {
  const minute = Math.floor(now / 60_000) * 60_000
  const until = (days: number) => ({
    dueFrom: new Date(minute).toISOString(),
    dueTo: new Date(minute + days * DAY_MS).toISOString(),
  })
  return {
    ...(q && { q }),
    ...(status && { status: status.join(',') }),
    ...(type && { type }),
    ...(assignee && { assignee }),
    ...(priority && { priority }),
    ...(tag && { tag }),
    ...(due === 'overdue' && { overdue: 'true' as const }),
    ...(due === 'today' && until(1)),
    ...(due === 'week' && until(7)),
    ...(errors && { hasErrors: 'true' as const }),
  }
}

/** The filter of a bulk operation or an export. Tasks that are created later are left out. */
export const bulkFilterOf = (filter: TaskFilter, now: number) => ({
  ...queryOf(filter, now),
  createdTo: new Date(now).toISOString(),
})

export const isFiltered = (filter: TaskFilter): boolean => Object.keys(filter).length > 0
