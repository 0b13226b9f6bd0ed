import { cpus } from 'node:os'
import type { LoadResult } from '../load.ts'
import { median } from '../stats.ts'
import type { Case } from './cases.ts'

type Line = {
  name: string
  rate: number
  p50: number
  p99: number
  spread: string
  ratio: string
  errors: number
}

export function report(cases: Case[], results: Map<string, LoadResult[]>, how: string): string {
  const ratesOf = (name: string) =>
    (results.get(name) ?? []).map(({ requests, seconds }) => requests / seconds)
  // Compared within each round, because other load on the machine differs more between rounds than within one.
  const ratioTo = (name: string, against: string) => {
    const others = ratesOf(against)
    return median(ratesOf(name).map((rate, round) => rate / (others[round] ?? Number.NaN)))
  }
  const lines = cases.map(({ name, against }): Line => {
    const rounds = results.get(name) ?? []
    const rates = ratesOf(name)
    return {
      name,
      rate: median(rates),
      p50: median(rounds.map(({ p50 }) => p50)),
      p99: median(rounds.map(({ p99 }) => p99)),
      spread: `${Math.round(Math.min(...rates))}–${Math.round(Math.max(...rates))}`,
      ratio: against ? `${Math.round(ratioTo(name, against) * 100)} % of ${against}` : '',
      errors: rounds.reduce((sum, { errors }) => sum + errors, 0),
    }
  })
  const rows = lines.map(
    ({ name, rate, p50, p99, spread, ratio, errors }) =>
      `| ${name.padEnd(19)} | ${String(Math.round(rate)).padStart(8)} | ${spread.padStart(13)} | ${p50.toFixed(2).padStart(6)} | ${p99.toFixed(2).padStart(7)} | ${ratio.padEnd(19)} | ${errors} |`,
  )
  return `${how}, on ${cpus().length} cores (${cpus()[0]?.model.trim()}), which the client shares. Medians of the rounds, the
ratios within each round.

| case                | requests/s | least–most    | p50 ms | p99 ms  | ratio               | errors |
| ------------------- | ---------- | ------------- | ------ | ------- | ------------------- | ------ |
${rows.join('\n')}
`
}
