// Scales of charts: which lines an axis has, and where values lie on it. Places are shares of the height from the top.

/** The distance of lines: 1, 2 or 5 times a power of ten. */
function stepOf(span: number, lines: number): number {
  const rough = span / lines
  const power = 10 ** Math.floor(Math.log10(rough))
  const factor = [1, 2, 5, 10].find((one) => one * power >= rough * (1 - 1e-9)) ?? 10
  return factor * power
}

export type Scale = { min: number; max: number; ticks: number[] }

/** An axis with round numbers that contains 0 and all values. Whole numbers have no lines between them. */
export function scaleOf(values: readonly number[], lines = 4): Scale {
  const low = Math.min(0, ...values)
  const high = Math.max(0, ...values)
  if (low === high) return { min: 0, max: 1, ticks: [0] }
  const step = Math.max(values.every(Number.isInteger) ? 1 : 0, stepOf(high - low, lines))
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)]
  // Multiplied, because sums of fractions drift: 0.1 + 0.2.
  const ticks = Array.from({ length: last - first + 1 }, (_, at) => round((first + at) * step))
  return { min: round(first * step), max: round(last * step), ticks }
}

const round = (value: number): number => Number(value.toPrecision(12))

export const placeOf = (value: number, { min, max }: Scale): number => (max - value) / (max - min)

export type Part = { series: number; value: number; top: number; height: number }

/** Stacks the values of one column: positive ones upwards from 0, negative ones downwards. */
export function stackOf(values: readonly number[], scale: Scale): Part[] {
  let [up, down] = [0, 0]
  return values.flatMap((value, series) => {
    if (value === 0) return []
    const [from, to] = value > 0 ? [up, up + value] : [down + value, down]
    if (value > 0) up = to
    else down = from
    return [{ series, value, top: placeOf(to, scale), height: placeOf(from, scale) - placeOf(to, scale) }]
  })
}

/** The two ends of the stack of a column. */
export const endsOf = (values: readonly number[]): [low: number, high: number] => [
  values.reduce((sum, value) => sum + Math.min(0, value), 0),
  values.reduce((sum, value) => sum + Math.max(0, value), 0),
]

/** Which of the columns get a name below the axis, evenly spread, with the first one. */
export function labelled(columns: number, most: number): number[] {
  const step = Math.max(1, Math.ceil(columns / most))
  return Array.from({ length: Math.ceil(columns / step) }, (_, at) => at * step)
}

/** The outline of lines through the points; a gap where a value is missing. */
export function linePath(values: readonly (number | null)[], scale: Scale): string {
  let isOpen = false
  return values
    .map((value, at) => {
      if (value === null) {
        isOpen = false
        return ''
      }
      const mark = isOpen ? 'L' : 'M'
      isOpen = true
      return `${mark}${at + 0.5} ${(placeOf(value, scale) * 100).toFixed(3)}`
    })
    .join('')
}
