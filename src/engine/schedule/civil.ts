/** Minutes and days of the proleptic Gregorian calendar since 1970-01-01, with no zone: arithmetic only. */
export const MINUTE_MS = 60_000
export const DAY_MINUTES = 1_440
export const DAY_MS = DAY_MINUTES * MINUTE_MS

export const daysFromCivil = (year: number, month: number, day: number): number =>
  Math.floor(Date.UTC(year, month - 1, day) / DAY_MS)

export function civilFromDays(days: number): { year: number; month: number; day: number } {
  const date = new Date(days * DAY_MS)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}

/** 0 is Sunday; 1970-01-01 was a Thursday. */
export const weekdayOf = (days: number): number => (((days + 4) % 7) + 7) % 7

export const daysInMonth = (year: number, month: number): number => {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
}
