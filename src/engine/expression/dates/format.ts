import { calendarOf, weekdayOf } from '../../time/calendar.ts'
import { offsetAt } from '../../time/zone.ts'
import { MONTHS, WEEKDAYS } from './moment.ts'

const PIECES = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|'/g
const pad = (value: number, length: number) => String(value).padStart(length, '0')

function offsetText(offsetMs: number, separator: string): string {
  const minutes = Math.abs(Math.round(offsetMs / 60_000))
  return `${offsetMs < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60), 2)}${separator}${pad(minutes % 60, 2)}`
}

/** Formats with Unicode pattern letters. An unknown letter is returned as `unknown`, never printed. */
export function formatDate(
  ms: number,
  zone: string,
  pattern: string,
): { readonly text: string } | { readonly unknown: string } {
  const offset = offsetAt(ms, zone)
  const local = ms + offset
  const time = calendarOf(local)
  const weekday = WEEKDAYS[weekdayOf(local) - 1]!
  const month = MONTHS[time.month - 1]!
  const letters: Readonly<Record<string, () => string>> = {
    yyyy: () => pad(time.year, 4),
    yy: () => pad(time.year % 100, 2),
    MMMM: () => month,
    MMM: () => month.slice(0, 3),
    MM: () => pad(time.month, 2),
    M: () => String(time.month),
    dd: () => pad(time.day, 2),
    d: () => String(time.day),
    EEEE: () => weekday,
    EEE: () => weekday.slice(0, 3),
    HH: () => pad(time.hour, 2),
    H: () => String(time.hour),
    hh: () => pad(((time.hour + 11) % 12) + 1, 2),
    h: () => String(((time.hour + 11) % 12) + 1),
    mm: () => pad(time.minute, 2),
    m: () => String(time.minute),
    ss: () => pad(time.second, 2),
    s: () => String(time.second),
    SSS: () => pad(time.millisecond, 3),
    a: () => (time.hour < 12 ? 'AM' : 'PM'),
    xxx: () => offsetText(offset, ':'),
    xx: () => offsetText(offset, ''),
    T: () => 'T',
  }
  let text = ''
  for (const [piece, quoted, letter] of pattern.matchAll(PIECES)) {
    if (quoted !== undefined) text += quoted === '' ? "'" : quoted.replaceAll("''", "'")
    else if (letter === undefined) text += piece
    else if (Object.hasOwn(letters, piece)) text += letters[piece]!()
    else return { unknown: piece }
  }
  return { text }
}
