// Figures by day as columns of a chart.

export const SERIES = ['Succeeded', 'Failed', 'Cancelled or skipped']

const DAY_MS = 86_400_000

/** The first of this number of days that ends today. */
export const daysBefore = (now: number, days: number): string =>
  new Date(now - (days - 1) * DAY_MS).toISOString().slice(0, 10)

type Group = { day?: string; succeeded: number; failed: number; cancelled: number; skipped: number }

/** A column for each day of the period, also for those without tasks. */
export function columnsOf(groups: readonly Group[], from: string, to: string) {
  const byDay = new Map(groups.map((group) => [group.day, group]))
  const first = Date.parse(from)
  const days = Math.round((Date.parse(to) - first) / DAY_MS) + 1
  return Array.from({ length: days }, (_, at) => {
    const day = new Date(first + at * DAY_MS).toISOString().slice(0, 10)
    const { succeeded = 0, failed = 0, cancelled = 0, skipped = 0 } = byDay.get(day) ?? {}
    return { id: day, name: nameOf(day), values: [succeeded, failed, cancelled + skipped] }
  })
}

const nameOf = (day: string): string =>
  new Date(day).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' })
