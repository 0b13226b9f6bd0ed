// Orders series in Prometheus text: series of one name together, and buckets of a histogram by their numeric bound, because readers
// of the text keep its order.
import type { SeriesGrowth } from '../../objects/metrics-hub.ts'

type Place = { series: string; bound: number }

export const inOrder = (series: SeriesGrowth[]): SeriesGrowth[] =>
  series
    .map((one) => ({ one, place: placeOf(one[0]) }))
    .sort((a, b) => compare(a.place, b.place))
    .map(({ one }) => one)

const LE = /,le="([^"]+)"/

function placeOf(name: string): Place {
  const le = LE.exec(name)
  if (le === null) return { series: name, bound: 0 }
  return { series: name.replace(LE, ''), bound: le[1] === '+Inf' ? Number.POSITIVE_INFINITY : Number(le[1]) }
}

const compare = (a: Place, b: Place): number =>
  a.series < b.series ? -1 : a.series > b.series ? 1 : a.bound === b.bound ? 0 : a.bound < b.bound ? -1 : 1
