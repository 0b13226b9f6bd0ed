// Statistics over all rows of a table. Pure: the same rows give the same results.

export type Cell = string | number | boolean | null
export type Column = { name: string; type: 'number' | 'date' | 'boolean' | 'text' }

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/

export const isBlank = (cell: unknown): boolean => cell === null || cell === undefined || cell === ''

/** The type of a column: the narrowest one that fits all its values. */
export function typeOfColumn(values: readonly unknown[]): Column['type'] {
  const seen = values.filter((value) => !isBlank(value))
  const all = (test: (text: string) => boolean) =>
    seen.length > 0 && seen.every((value) => test(String(value).trim()))
  if (all((text) => /^(true|false)$/i.test(text))) return 'boolean'
  // Leading zeros mean that it is a code, not a number.
  if (all((text) => NUMBER.test(text) && !/^[+-]?0\d/.test(text))) return 'number'
  if (all((text) => DATE.test(text) && !Number.isNaN(Date.parse(text)))) return 'date'
  return 'text'
}

export function toCell(value: unknown, type: Column['type']): Cell {
  if (isBlank(value)) return null
  if (type === 'number') return Number(value)
  if (type === 'boolean') return typeof value === 'boolean' ? value : /^true$/i.test(String(value).trim())
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** With linear interpolation between the two nearest values. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)] ?? Number.NaN
  const high = sorted[Math.ceil(at)] ?? Number.NaN
  return low + (high - low) * (at - Math.floor(at))
}

export type NumberFigures = {
  count: number
  missing: number
  sum: number
  mean: number
  median: number
  min: number
  max: number
  q1: number
  q3: number
  standardDeviation: number
  variance: number
}

/** Standard deviation and variance for a sample. */
export function figuresOf(values: readonly number[], missing: number): NumberFigures {
  const sorted = [...values].sort((a, b) => a - b)
  const sum = sumOf(sorted)
  const mean = sum / sorted.length
  const variance =
    sorted.length < 2 ? 0 : sumOf(sorted.map((value) => (value - mean) ** 2)) / (sorted.length - 1)
  return {
    count: sorted.length,
    missing,
    sum,
    mean,
    median: quantile(sorted, 0.5),
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
    q1: quantile(sorted, 0.25),
    q3: quantile(sorted, 0.75),
    standardDeviation: Math.sqrt(variance),
    variance,
  }
}

/** Compensates rounding errors (Kahan and Babuska). */
export function sumOf(values: readonly number[]): number {
  let sum = 0
  let lost = 0
  for (const value of values) {
    const next = sum + value
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum
    sum = next
  }
  return sum + lost
}

/** Pearson's correlation over rows that have both values. Null if one of them is constant. */
export function correlationOf(a: readonly Cell[], b: readonly Cell[]): number | null {
  const pairs = a.flatMap((x, at): [number, number][] => {
    const y = b[at]
    return typeof x === 'number' && typeof y === 'number' ? [[x, y]] : []
  })
  if (pairs.length < 2) return null
  const meanA = sumOf(pairs.map(([x]) => x)) / pairs.length
  const meanB = sumOf(pairs.map(([, y]) => y)) / pairs.length
  const both = sumOf(pairs.map(([x, y]) => (x - meanA) * (y - meanB)))
  const spread = Math.sqrt(
    sumOf(pairs.map(([x]) => (x - meanA) ** 2)) * sumOf(pairs.map(([, y]) => (y - meanB) ** 2)),
  )
  return spread === 0 ? null : both / spread
}

/** The linear least-squares fit. Null if `x` is constant. */
export function trendOf(
  points: readonly (readonly [number, number])[],
): { slope: number; intercept: number; r2: number } | null {
  if (points.length < 2) return null
  const meanX = sumOf(points.map(([x]) => x)) / points.length
  const meanY = sumOf(points.map(([, y]) => y)) / points.length
  const spreadX = sumOf(points.map(([x]) => (x - meanX) ** 2))
  if (spreadX === 0) return null
  const slope = sumOf(points.map(([x, y]) => (x - meanX) * (y - meanY))) / spreadX
  const intercept = meanY - slope * meanX
  const total = sumOf(points.map(([, y]) => (y - meanY) ** 2))
  const left = sumOf(points.map(([x, y]) => (y - slope * x - intercept) ** 2))
  return { slope, intercept, r2: total === 0 ? 1 : 1 - left / total }
}

/** Values beyond one and a half times the interquartile range (Tukey). */
export function outliersOf(
  values: readonly Cell[],
  { q1, q3 }: NumberFigures,
): { row: number; value: number }[] {
  const reach = 1.5 * (q3 - q1)
  return values.flatMap((value, row) =>
    typeof value === 'number' && (value < q1 - reach || value > q3 + reach) ? [{ row: row + 1, value }] : [],
  )
}
