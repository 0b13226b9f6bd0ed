// Percentiles by the nearest rank: the smallest value that this percentage of values does not exceed.

export const percentile = (sorted: readonly number[], share: number): number | null =>
  sorted.length === 0 ? null : (sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null)

export type Spread = { p50: number | null; p95: number | null; mean: number | null }

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const mean =
    sorted.length === 0 ? null : Math.round(sorted.reduce((sum, value) => sum + value, 0) / sorted.length)
  return { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), mean }
}
