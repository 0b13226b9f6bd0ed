// A chart of runs over time: fits the points of a series into the available columns.

export type Point = { at: string; runs: number; byStatus: Record<string, number> }
export type Column = { from: number; to: number; total: number; parts: { status: string; runs: number }[] }

/** From the bottom: succeeded, active, waiting, failed. */
export const ORDER = ['succeeded', 'cancelled', 'running', 'queued', 'paused', 'waiting', 'failed']

export function columnsOf(points: readonly Point[], from: number, to: number, count: number): Column[] {
  const width = Math.max(1, (to - from) / count)
  const sums = Array.from({ length: count }, () => new Map<string, number>())
  for (const { at, byStatus } of points) {
    const place = Math.floor((Date.parse(at) - from) / width)
    const sum = sums[Math.min(count - 1, Math.max(0, place))]
    if (!sum) continue
    for (const [status, runs] of Object.entries(byStatus)) sum.set(status, (sum.get(status) ?? 0) + runs)
  }
  return sums.map((sum, i) => {
    const parts = ORDER.flatMap((status) => {
      const runs = sum.get(status) ?? 0
      return runs === 0 ? [] : [{ status, runs }]
    })
    return {
      from: from + i * width,
      to: from + (i + 1) * width,
      total: parts.reduce((all, one) => all + one.runs, 0),
      parts,
    }
  })
}

const STEP_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** At most as many columns as the series has points and as fit. */
export const columnCount = (from: number, to: number, bucket: keyof typeof STEP_MS, most: number): number =>
  Math.max(1, Math.min(most, Math.ceil((to - from) / STEP_MS[bucket])))
