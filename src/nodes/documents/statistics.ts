// Statistics over all rows of a table. Pure: the same rows give the same results.

export type Cell = string | number | boolean | null
export type Column = { name: string; type: 'number' | 'date' | 'boolean' | 'text' }

/** Each text is read once: digits before and after the point never compete for the same characters. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i
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
export function quantile(sorted: ArrayLike<number>, share: number): number {
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
  const sorted = Float64Array.from(values).sort()
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
export function sumOf(values: Iterable<number>): number {
  let sum = 0
  let lost = 0
  for (const value of values) {
    const next = sum + value
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum
    sum = next
  }
  return sum + lost
}

/** The numbers of a column, with NaN where there is none. */
export const numbersOf = (cells: readonly Cell[]): Float64Array =>
  Float64Array.from(cells, (cell) => (typeof cell === 'number' ? cell : Number.NaN))

/** Pearson's correlation over rows that have both values. Null if one of them is constant. */
export function correlationOf(a: Float64Array, b: Float64Array): number | null {
  const [x, y] = [new Float64Array(a.length), new Float64Array(a.length)]
  let count = 0
  for (let at = 0; at < a.length; at++) {
    const [one = Number.NaN, other = Number.NaN] = [a[at], b[at]]
    if (Number.isNaN(one) || Number.isNaN(other)) continue
    x[count] = one
    y[count] = other
    count++
  }
  if (count < 2) return null
  const offX = offsets(x.subarray(0, count))
  const offY = offsets(y.subarray(0, count))
  const both = sumOf(offX.map((value, at) => value * (offY[at] ?? 0)))
  const spread = Math.sqrt(sumOf(offX.map((value) => value ** 2)) * sumOf(offY.map((value) => value ** 2)))
  return spread === 0 ? null : both / spread
}

/** From the mean. */
function offsets(values: Float64Array): Float64Array {
  const mean = sumOf(values) / values.length
  return values.map((value) => value - mean)
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
