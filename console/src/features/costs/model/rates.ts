// Exchange rates that an administrator pastes: one in each line, as `2026-01-31, EUR, 1.0847`.

export type Rate = { date: string; currency: string; usdPerUnit: string }

const LINE = /^(\d{4}-\d\d-\d\d)[\s,;]+([A-Za-z]{3})[\s,;]+(\d+(?:\.\d+)?)$/

/** The rates, or the number of the first line that is none. Empty lines and a header are left out. */
export function ratesOf(text: string): { rates: Rate[] } | { line: number } {
  const rates: Rate[] = []
  for (const [at, line] of text.split('\n').entries()) {
    const trimmed = line.trim()
    if (trimmed === '' || (at === 0 && /^[a-z]/i.test(trimmed))) continue
    const [, date, currency, usdPerUnit] = LINE.exec(trimmed) ?? []
    if (date === undefined || currency === undefined || usdPerUnit === undefined) return { line: at + 1 }
    rates.push({ date, currency: currency.toUpperCase(), usdPerUnit })
  }
  return { rates }
}
