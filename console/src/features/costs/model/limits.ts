// The limits of a plan next to what is used of them.

export const LIMITS: Record<string, string> = {
  runsPerMonth: 'Runs this month',
  concurrentRuns: 'Runs at the same time',
  workflows: 'Workflows',
  agents: 'Agents',
  integrations: 'Integrations',
  openTasks: 'Open tasks',
  storageBytes: 'Storage',
  membersPerTeam: 'Members',
  teams: 'Teams of the owner',
  apiKeys: 'API keys',
  webhookEndpoints: 'Webhooks',
}

type Row = { name: string; used: number; limit: number | null; isNear: boolean }

const NEAR = 0.8

/** In the order above; others follow. What has no known use is left out. */
export function limitRows(
  usage: Readonly<Record<string, number | null>>,
  limits: Readonly<Record<string, number | null>>,
): Row[] {
  const names = [...new Set([...Object.keys(LIMITS), ...Object.keys(usage)])]
  return names.flatMap((name) => {
    const used = usage[name]
    if (used === undefined || used === null) return []
    const limit = limits[name] ?? null
    return [{ name, used, limit, isNear: limit !== null && used >= limit * NEAR && used > 0 }]
  })
}

/** `2026-03`, `2026-02`, … from the month of this day backwards. */
export function lastMonths(today: string, count: number): string[] {
  const [year = 0, month = 1] = today.split('-').map(Number)
  return Array.from({ length: count }, (_, at) =>
    new Date(Date.UTC(year, month - 1 - at, 1)).toISOString().slice(0, 7),
  )
}

/** `50, 80, 100` as shares in order; null if one is no share. */
export function sharesOf(text: string): number[] | null {
  const parts = text
    .split(/[\s,;]+/)
    .map((part) => part.replace('%', ''))
    .filter((part) => part !== '')
  const shares = parts.map((part) => Number(part) / 100)
  if (shares.some((share) => !(share > 0 && share <= 1))) return null
  return [...new Set(shares)].sort((a, b) => a - b)
}
