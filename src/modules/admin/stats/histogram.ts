// What is read from a histogram of durations. `within` counts, for each bound, the answers that took at most so long.
import { DURATION_BOUNDS_S } from '../../../http/metrics.ts'

/** The time that this share of the answers kept, in milliseconds, as Prometheus estimates it; null without any. */
export function quantileMs(share: number, within: readonly number[], total: number): number | null {
  if (total === 0) return null
  const rank = share * total
  let [below, lower] = [0, 0]
  for (const [i, upper] of DURATION_BOUNDS_S.entries()) {
    const count = within[i] ?? 0
    if (count >= rank) {
      const inside = count - below
      const seconds = inside === 0 ? upper : lower + ((upper - lower) * (rank - below)) / inside
      return round(seconds * 1000)
    }
    ;[below, lower] = [count, upper]
  }
  // Beyond the last bound nothing is known but that.
  return (DURATION_BOUNDS_S.at(-1) ?? 0) * 1000
}

const round = (ms: number): number => Math.round(ms * 100) / 100
