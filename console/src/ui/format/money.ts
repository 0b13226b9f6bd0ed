// Formats amounts of money and shares. Amounts have up to six decimals, and a currency of three letters.

const MAX_DECIMALS = 6
const SMALL_DECIMALS = 4

const format = (value: number, currency: string, options: Intl.NumberFormatOptions): string =>
  // A negative zero would be shown as `-$0.00`.
  (value === 0 ? 0 : value).toLocaleString('en', { style: 'currency', currency, ...options })

/** `$1,234.50`, `€0.0042`. A tiny amount is never shown as zero. */
export function money(value: number, currency = 'USD'): string {
  const size = Math.abs(value)
  if (size >= 1 || size === 0) return format(value, currency, {})
  if (size >= 10 ** -SMALL_DECIMALS)
    return format(value, currency, { minimumFractionDigits: 2, maximumFractionDigits: SMALL_DECIMALS })
  return format(value, currency, { maximumSignificantDigits: 2 })
}

/** All decimals, for a single amount that people compare with a bill. */
export const exactMoney = (value: number, currency = 'USD'): string =>
  format(value, currency, { minimumFractionDigits: 2, maximumFractionDigits: MAX_DECIMALS })

/** `$1.2K`, for axes. */
export const shortMoney = (value: number, currency = 'USD'): string =>
  Math.abs(value) < 1 && value !== 0
    ? money(value, currency)
    : format(value, currency, {
        notation: 'compact',
        minimumFractionDigits: 0,
        maximumFractionDigits: Math.abs(value) < 10 ? 2 : 1,
      })

export const usd = (value: number): string => money(value)

/** `12.5 %` of 0.125. */
export const percent = (share: number): string => {
  const value = share * 100
  const decimals = Math.abs(value) < 10 && value !== 0 ? 1 : 0
  return `${value.toLocaleString('en', { maximumFractionDigits: decimals })} %`
}

/** `+12 %`, `−3.5 %`, from percents. A change that rounds to nothing has no sign. */
export function change(percents: number): string {
  const size = Math.abs(percents)
  const text = size.toLocaleString('en', { maximumFractionDigits: size < 10 ? 1 : 0 })
  return `${text === '0' ? '±' : percents > 0 ? '+' : '−'}${text} %`
}

/** `1,234.5`, with at most this many decimals. */
export const decimal = (value: number, decimals = 2): string =>
  value.toLocaleString('en', { maximumFractionDigits: decimals })
