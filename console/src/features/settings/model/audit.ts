// The filters of the team's audit log, as in the URL. Unknown values are ignored.

export type AuditFilter = {
  /** The id of a user. */
  actor?: string
  action?: string
  /** The id of what was changed. */
  target?: string
  /** Days such as `2026-12-01`, in the viewer's time zone. `to` belongs to the range. */
  from?: string
  to?: string
}

const NAMES = ['actor', 'action', 'target', 'from', 'to'] as const

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))

export function readAuditFilter(search: Record<string, unknown>): AuditFilter {
  const found = NAMES.flatMap((name) => {
    const value = typeof search[name] === 'string' ? search[name].trim().slice(0, 100) : ''
    const isKnown = name === 'from' || name === 'to' ? isDay(value) : value !== ''
    return isKnown ? [[name, value]] : []
  })
  return Object.fromEntries(found) as AuditFilter
}

/** The beginning of the day, in this time zone; `days` later. */
function startOf(day: string, days = 0): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date + days).toISOString()
}

export const auditQueryOf = ({ from, to, ...others }: AuditFilter) => ({
  ...others,
  ...(from && { from: startOf(from) }),
  ...(to && { to: startOf(to, 1) }),
})
