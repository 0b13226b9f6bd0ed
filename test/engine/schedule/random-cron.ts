import type { Spec } from './brute-force.ts'

/** Mulberry32: the same seed gives the same cases. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

export const intOf = (random: () => number, from: number, to: number): number =>
  from + Math.floor(random() * (to - from + 1))

type Field = { text: string; values: Set<number>; star: boolean }

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ')
const WEEKDAYS = 'SUN MON TUE WED THU FRI SAT SUN'.split(' ')

function range(from: number, to: number, step = 1): number[] {
  const values: number[] = []
  for (let value = from; value <= to; value += step) values.push(value)
  return values
}

/** One field as text and as its set of values. `likely` values are drawn often, so that fires are near. */
function randomField(
  random: () => number,
  min: number,
  max: number,
  stars: number,
  likely: readonly number[],
  nameOf: (value: number) => string = String,
): Field {
  const roll = random()
  if (roll < stars) return { text: '*', values: new Set(range(min, max)), star: true }
  const pick = (): number =>
    random() < 0.6 && likely.length > 0
      ? likely[intOf(random, 0, likely.length - 1)]!
      : intOf(random, min, max)
  const write = (value: number): string => (random() < 0.5 ? nameOf(value) : String(value))
  const kind = random()
  if (kind < 0.12) {
    const step = intOf(random, 1, Math.max(2, Math.floor(max / 2)))
    return { text: `*/${step}`, values: new Set(range(min, max, step)), star: true }
  }
  const parts: string[] = []
  const values = new Set<number>()
  for (let n = kind < 0.7 ? 1 : intOf(random, 2, 3); n > 0; n--) {
    const from = pick()
    const to = intOf(random, from, Math.min(max, from + 6))
    const step = intOf(random, 1, 4)
    const shape = random()
    if (shape < 0.55) {
      parts.push(write(from))
      values.add(from)
    } else if (shape < 0.8) {
      parts.push(`${from}-${to}`)
      for (const value of range(from, to)) values.add(value)
    } else if (shape < 0.9) {
      parts.push(`${from}-${to}/${step}`)
      for (const value of range(from, to, step)) values.add(value)
    } else {
      parts.push(`${from}/${step}`)
      for (const value of range(from, max, step)) values.add(value)
    }
  }
  return { text: parts.join(','), values, star: false }
}

/** A cron with many fires near the local date `near`, in the hours in which clocks change. */
export function randomCron(random: () => number, near: Date): Spec {
  const minute = randomField(random, 0, 59, 0.15, [0, 15, 29, 30, 31, 45, 59])
  const hour = randomField(random, 0, 23, 0.3, [0, 1, 1, 2, 2, 2, 3, 23])
  const dates = [near.getUTCDate(), new Date(near.getTime() + 86_400_000).getUTCDate()]
  const day = randomField(random, 1, 31, 0.6, dates)
  const month = randomField(random, 1, 12, 0.6, [near.getUTCMonth() + 1], (v) => MONTHS[v - 1]!)
  const weekday = randomField(random, 0, 7, 0.6, [near.getUTCDay()], (v) => WEEKDAYS[v]!)
  return {
    text: [minute, hour, day, month, weekday].map((field) => field.text).join(' '),
    minutes: minute.values,
    hours: hour.values,
    months: month.values,
    days: day.values,
    weekdays: new Set([...weekday.values].map((value) => value % 7)),
    either: !day.star && !weekday.star,
  }
}
