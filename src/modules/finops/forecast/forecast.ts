// The forecast for the end of the month. Pure: it gets the recorded days and today. Invariants:
// 1. `asOf` is the last complete day: the latest one with rows, from three days ago to yesterday, because providers
//    bill late.
// 2. A remaining day of the month gets the mean of its weekday over the 28 days up to `asOf`, or with less history
//    the mean of all days. If more is already recorded for a remaining day, that replaces the prediction.
// 3. The interval covers 80 %: ± t · s · √(r + r²/n) for r remaining days, with the residual variance s² of the n
//    days.
// Amounts are in micro-dollars.
import { addDays, lengthOf, monthEnd, monthStart } from '../summaries/period.ts'

export type History = {
  /** The recorded cost of each day that has rows. */
  days: ReadonlyMap<string, number>
  /** The first day with rows. */
  firstDay: string | null
  hasCredits: boolean
}

export type Predicted = { usd: number; low: number | null; high: number | null }

export type Forecast = {
  method: 'weekday_mean' | 'daily_mean'
  asOf: string
  monthEnd: Predicted
  days: (Predicted & { date: string })[]
  note: string | null
}

export const WINDOW_DAYS = 28
export const MAX_BILLING_DELAY_DAYS = 3

/** With fewer days, the interval is doubled. */
const FULL_TRUST_DAYS = 14

/** The 90 % quantile of Student's t with 21 degrees of freedom: 28 days minus the means of seven weekdays. */
const T_21 = 1.32

/** The same with 1, 2, … degrees of freedom. */
const T = [
  3.078, 1.886, 1.638, 1.533, 1.476, 1.44, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356, 1.35, 1.345, 1.341,
  1.337, 1.333, 1.33, 1.328, 1.325, 1.323, 1.321, 1.319, 1.318, 1.316, 1.315,
]

export function forecastMonth(history: History, today: string): Forecast {
  const asOf = completeUpTo(history, today)
  const model = modelOf(history, asOf)
  const last = monthEnd(today)
  const first = monthStart(today)
  const recordedOf = (date: string) => history.days.get(date) ?? 0

  const days: Forecast['days'] = []
  let remaining = 0
  let usd = 0
  let recorded = 0
  for (let date = first; date <= last; date = addDays(date, 1)) {
    const known = recordedOf(date)
    recorded += known
    if (date <= asOf) {
      usd += known
      days.push({ date, usd: known, low: known, high: known })
      continue
    }
    remaining++
    const expected = Math.max(model.predict(date), known)
    usd += expected
    days.push({ date, ...around(expected, model.halfWidth(1), floorOf(history, known)) })
  }
  return {
    method: model.method,
    asOf,
    monthEnd: around(usd, model.halfWidth(remaining), floorOf(history, recorded)),
    days,
    note: model.note,
  }
}

/** The recorded amount is the minimum, unless credits may still reduce it. */
const floorOf = (history: History, recorded: number): number | null => (history.hasCredits ? null : recorded)

function around(usd: number, halfWidth: number | null, floor: number | null): Predicted {
  const middle = Math.round(usd)
  if (halfWidth === null) return { usd: middle, low: null, high: null }
  const low = Math.round(usd - halfWidth)
  return { usd: middle, low: floor === null ? low : Math.max(low, floor), high: Math.round(usd + halfWidth) }
}

function completeUpTo({ days }: History, today: string): string {
  const earliest = addDays(today, -MAX_BILLING_DELAY_DAYS)
  for (let date = addDays(today, -1); date > earliest; date = addDays(date, -1))
    if (days.has(date)) return date
  return earliest
}

type Model = {
  method: Forecast['method']
  predict: (date: string) => number
  /** Half of the interval for the sum of this many days. Null if it is unknown. */
  halfWidth: (days: number) => number | null
  note: string | null
}

function modelOf({ days, firstDay }: History, asOf: string): Model {
  const age = firstDay === null || firstDay > asOf ? 0 : lengthOf({ from: firstDay, to: asOf })
  const n = Math.min(WINDOW_DAYS, age)
  // The latest first, so that the values at `i` and at `i + 7` are of the same weekday. Days without rows count as 0.
  const values = Array.from({ length: n }, (_, back) => days.get(addDays(asOf, -back)) ?? 0)
  return n === WINDOW_DAYS ? weekdayMean(values, asOf) : dailyMean(values)
}

function weekdayMean(values: number[], asOf: string): Model {
  const means = Array.from({ length: 7 }, (_, weekday) => mean(values.filter((_, i) => i % 7 === weekday)))
  const residuals = values.map((value, i) => value - (means[i % 7] ?? 0))
  const s = Math.sqrt(sumOfSquares(residuals) / (WINDOW_DAYS - 7))
  return {
    method: 'weekday_mean',
    predict: (date) => {
      const ahead = lengthOf({ from: asOf, to: date }) - 1
      return means[(7 - (ahead % 7)) % 7] ?? 0
    },
    halfWidth: (r) => T_21 * s * Math.sqrt(r + (r * r) / WINDOW_DAYS),
    note: null,
  }
}

function dailyMean(values: number[]): Model {
  const n = values.length
  const middle = n === 0 ? 0 : mean(values)
  const model = { method: 'daily_mean' as const, predict: () => middle }
  if (n < 2) {
    const what = n === 0 ? 'There are no recorded days yet' : 'There is one recorded day only'
    return { ...model, halfWidth: () => null, note: `${what}, so no interval can be given.` }
  }
  const s = Math.sqrt(sumOfSquares(values.map((value) => value - middle)) / (n - 1))
  const factor = (n < FULL_TRUST_DAYS ? 2 : 1) * (T[n - 2] ?? T_21) * s
  return {
    ...model,
    halfWidth: (r) => factor * Math.sqrt(r + (r * r) / n),
    note: n < FULL_TRUST_DAYS ? `There are ${n} days of history only, so the interval is doubled.` : null,
  }
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

const sumOfSquares = (values: number[]): number => values.reduce((sum, value) => sum + value * value, 0)
