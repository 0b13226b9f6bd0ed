// Amounts of money. Invariants:
// 1. An amount in dollars is a whole number of micro-dollars, stored as a JavaScript integer, so sums are exact.
// 2. Unit prices and exchange rates may have more decimals. They are stored as decimal text, multiplied as big integers, and the
//    product is rounded once, with halves away from zero.

export const MICROS = 1_000_000

export const toMicroUsd = (usd: number): number => Math.round(usd * MICROS)
export const toUsd = (microUsd: number): number => microUsd / MICROS
export const toUsdOrNull = (microUsd: number | null): number | null =>
  microUsd === null ? null : toUsd(microUsd)

/** Whether a number is a whole number of millionths. */
export const hasSixDecimals = (value: number): boolean => Number(value.toFixed(6)) === value

export type Decimal = { units: bigint; scale: number }

const DECIMAL = /^([+-]?)(\d{1,30})(?:\.(\d{1,30}))?(?:e([+-]?\d{1,2}))?$/i

/** Null if the text is not a plain decimal number. Accepts `1.5e-6`, because providers write small prices this way. */
export function parseDecimal(text: string): Decimal | null {
  const match = DECIMAL.exec(text.trim())
  if (match === null) return null
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const units = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`)
  const scale = fraction.length - Number(exponent)
  return scale >= 0 ? { units, scale } : { units: units * 10n ** BigInt(-scale), scale: 0 }
}

/** The product in millionths; null if it is too large for an exact integer. */
export function multiplyToMicros(a: Decimal, b: Decimal): number | null {
  return toMicros({ units: a.units * b.units, scale: a.scale + b.scale })
}

export function toMicros({ units, scale }: Decimal): number | null {
  const micros = Number(divideRounded(units * BigInt(MICROS), 10n ** BigInt(scale)))
  return Number.isSafeInteger(micros) ? micros : null
}

/** Rounds half away from zero. */
export function divideRounded(value: bigint, by: bigint): bigint {
  const half = by / 2n
  return value >= 0n ? (value + half) / by : -((-value + half) / by)
}

/** Millionths as plain decimal text, without trailing zeros. */
export function microsToText(micros: number): string {
  const digits = String(Math.abs(micros)).padStart(7, '0')
  const fraction = digits.slice(-6).replace(/0+$/, '')
  return `${micros < 0 ? '-' : ''}${digits.slice(0, -6)}${fraction === '' ? '' : `.${fraction}`}`
}
