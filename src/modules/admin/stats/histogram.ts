// Reads a histogram of durations. `within` counts, for each bound, the responses that took at most that long.
import { DURATION_BOUNDS_S } from '../../../http/metrics.ts'

/** The quantile in milliseconds, estimated as Prometheus does; null without responses. */
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
  // Above the last bound, the duration is unknown.
  return (DURATION_BOUNDS_S.at(-1) ?? 0) * 1000
}

const round = (ms: number): number => Math.round(ms * 100) / 100
