// The forecast of a month as two lines that add up its days.

type Day = { date: string; usd: number }

export function forecastLines({ asOf, days }: { asOf: string; days: readonly Day[] }): {
  days: string[]
  recorded: (number | null)[]
  predicted: (number | null)[]
} {
  let sum = 0
  const sums = days.map(({ usd }) => {
    sum = Math.round((sum + usd) * 1e6) / 1e6
    return sum
  })
  return {
    days: days.map(({ date }) => date),
    recorded: days.map(({ date }, at) => (date <= asOf ? (sums[at] ?? 0) : null)),
    // The predicted line starts at the last day of the recorded line.
    predicted: days.map(({ date }, at) => (date >= asOf ? (sums[at] ?? 0) : null)),
  }
}
