// The filters of the admin side, as in the URL. Unknown values are ignored.

export const RANGES = {
  '24h': { name: '24 h', ms: 86_400_000, bucket: 'hour' },
  '7d': { name: '7 d', ms: 7 * 86_400_000, bucket: 'day' },
  '30d': { name: '30 d', ms: 30 * 86_400_000, bucket: 'day' },
} as const
export type Range = keyof typeof RANGES

export const ROLES = ['user', 'premium', 'admin'] as const
export const STATUSES = ['active', 'disabled'] as const
export const USER_SORTS = ['-createdAt', 'createdAt', 'email', '-email'] as const

export type HealthSearch = { last?: Range }
export type UserSearch = {
  q?: string
  role?: (typeof ROLES)[number]
  status?: (typeof STATUSES)[number]
  sort?: (typeof USER_SORTS)[number]
}
export type MessageSearch = { status?: 'pending' | 'dead'; type?: string; id?: string }
export type AuditSearch = {
  q?: string
  actor?: string
  action?: string
  target?: string
  /** Days in UTC, both included. */
  from?: string
  to?: string
  /** The team whose entries are shown. `team` is that of the page. */
  of?: string
}
export type ConnectionSearch = { userId?: string; teamId?: string }

type Search = Record<string, unknown>

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 200) : undefined

const day = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value))
    ? value
    : undefined

const one = <T extends string>(all: readonly T[], value: unknown): T | undefined =>
  all.find((known) => known === value)

const known = <T extends object>(found: T): T =>
  Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as T

export const readHealth = ({ last }: Search): HealthSearch =>
  known({ last: one(Object.keys(RANGES) as Range[], last) }) as HealthSearch

export const readUsers = (search: Search): UserSearch =>
  known({
    q: text(search.q)?.slice(0, 100),
    role: one(ROLES, search.role),
    status: one(STATUSES, search.status),
    sort: one(USER_SORTS, search.sort),
  }) as UserSearch

export const readMessages = (search: Search): MessageSearch =>
  known({
    status: one(['pending', 'dead'] as const, search.status),
    type: text(search.type)?.slice(0, 100),
    id: text(search.id),
  }) as MessageSearch

export const readAudit = (search: Search): AuditSearch => {
  const [from, to] = [day(search.from), day(search.to)]
  return known({
    q: text(search.q),
    actor: text(search.actor),
    action: text(search.action),
    target: text(search.target),
    of: text(search.of),
    ...(from !== undefined && to !== undefined && from > to ? {} : { from, to }),
  }) as AuditSearch
}

export const readConnections = (search: Search): ConnectionSearch =>
  known({ userId: text(search.userId), teamId: text(search.teamId) }) as ConnectionSearch

/** The filter as the API takes it: from the start of the first day to the end of the last one. */
export const auditQuery = ({ from, to, of, ...others }: AuditSearch) => ({
  ...others,
  ...(of && { team: of }),
  ...(from && { from: `${from}T00:00:00.000Z` }),
  ...(to && { to: `${to}T23:59:59.999Z` }),
})
