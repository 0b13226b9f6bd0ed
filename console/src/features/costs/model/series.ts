// Groups of a summary as the columns of a chart: the largest groups one by one, and the rest together.
import { type Bucket, bucketName, bucketsOf } from './days.ts'
import type { Period } from './filter.ts'

export type Group = { keys: Record<string, string | null>; costUsd: number; previousUsd?: number }

export const REST = 'All others'

type Column = { id: string; name: string; values: number[]; before?: number }

type Input = {
  by: string
  bucket: Bucket
  period: Period
  /** Of the whole period, the largest first. */
  top: readonly Group[]
  /** By bucket, with what was before. */
  sums: readonly Group[]
  /** By bucket and `by`. */
  cells: readonly Group[]
  nameOf: (value: string | null) => string
  most: number
}

/** A micro-dollar and less is a rounding error of the subtraction. */
const LEAST = 0.000_001

const round = (value: number): number => Math.round(value * 1e6) / 1e6

export function columnsOf({ by, bucket, period, top, sums, cells, nameOf, most }: Input): {
  series: string[]
  columns: Column[]
} {
  // A credit of the whole period is drawn with the rest.
  const chosen = top.filter((one) => one.costUsd > 0).slice(0, most)
  const values = chosen.map((one) => one.keys[by] ?? null)
  const place = new Map(values.map((value, at) => [value, at]))
  const rows = new Map(bucketsOf(period.from, period.to, bucket).map((key) => [key, values.map(() => 0)]))
  for (const { keys, costUsd } of cells) {
    const row = rows.get(keys[bucket] ?? '')
    const at = place.get(keys[by] ?? null)
    if (row && at !== undefined) row[at] = round((row[at] ?? 0) + costUsd)
  }
  const sumOf = new Map(sums.map((one) => [one.keys[bucket] ?? '', one]))
  const hasBefore = sums.some(({ previousUsd = 0 }) => previousUsd !== 0)
  const columns = [...rows].map(([key, parts]) => {
    const rest = (sumOf.get(key)?.costUsd ?? 0) - parts.reduce((sum, value) => sum + value, 0)
    return {
      id: key,
      name: bucketName(key, bucket),
      values: [...parts, Math.abs(rest) < LEAST ? 0 : round(rest)],
      ...(hasBefore && { before: sumOf.get(key)?.previousUsd ?? 0 }),
    }
  })
  const hasRest = columns.some((one) => one.values.at(-1) !== 0)
  return {
    series: [...values.map(nameOf), ...(hasRest ? [REST] : [])],
    columns: hasRest ? columns : columns.map((one) => ({ ...one, values: one.values.slice(0, -1) })),
  }
}

/** The change from one amount to another in percents; null if there was nothing before. */
export const changeFrom = (before: number, now: number): number | null =>
  before === 0 ? null : ((now - before) / Math.abs(before)) * 100

/** Amounts by currency, the largest first, without the dollars if there is nothing else. */
export function otherCurrencies(byCurrency: Record<string, number>): [string, number][] {
  const all = Object.entries(byCurrency).sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))
  return all.length === 1 && all[0]?.[0] === 'USD' ? [] : all
}
