import { cpus } from 'node:os'
import type { LoadResult } from '../load.ts'
import { exponentOf, median } from '../stats.ts'
import { type Case, ITEMS, LENGTHS } from './cases.ts'

/** With what a run costs the process that answers. */
export type Loaded = LoadResult & { cpuMs: number }

export type Measured = {
  alone: Map<string, LoadResult[]>
  loaded: Map<string, Loaded[]>
  /** Milliseconds from accepted to terminal, as the server tells it. */
  inside: Record<'cf' | 'L10', number[]>
  /** Seconds for a thousand at once. */
  thousand: Record<'cf' | 'L10', number[]>
  liveMs: number[]
  /** Megabytes that the process grew by in the first run of 10,000 items. */
  grownMb: number
}

const ms = (value: number): string => value.toFixed(1)
const p99Of = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0

export function report(cases: Case[], measured: Measured, how: string): string {
  const { alone, loaded, inside, thousand, liveMs, grownMb } = measured
  const times = (name: string) => (alone.get(name) ?? []).map((one) => one.p50)
  const rates = (name: string) => (loaded.get(name) ?? []).map(({ requests, seconds }) => requests / seconds)
  const costs = (name: string) => (loaded.get(name) ?? []).map(({ cpuMs }) => cpuMs)
  const p50 = (name: string) => median(times(name))
  // Within each round, as what else the machine does differs more between rounds than within one.
  const ratio = (of: (name: string) => number[], name: string, to: string): string => {
    const others = of(to)
    return median(of(name).map((value, round) => value / (others[round] ?? Number.NaN))).toFixed(2)
  }
  const against = (to: string, name = 'L10'): string =>
    `${ratio(times, name, to)} of its time alone, ${ratio(rates, name, to)} of its rate at 16 clients, ${ratio(costs, name, to)} of its CPU time`
  const lines = cases.map(({ name, what, underLoad }) => {
    const rounds = [...(alone.get(name) ?? []), ...(loaded.get(name) ?? [])]
    const p99 = median((alone.get(name) ?? []).map((one) => one.p99))
    const load = underLoad
      ? [
          median(rates(name)).toFixed(0),
          ms(median((loaded.get(name) ?? []).map((one) => one.p50))),
          median(costs(name)).toFixed(2),
        ]
      : ['', '', '']
    const errors = rounds.reduce((sum, one) => sum + one.errors, 0)
    return `| ${name} | ${what} | ${ms(p50(name))} | ${ms(p99)} | ${load.join(' | ')} | ${errors} |`
  })
  // Without what a run costs that has next to nothing to do.
  const growth = (letter: string, sizes: number[]) =>
    exponentOf(sizes.map((size) => [size, p50(`${letter}${size}`)] as const))
  const facts = [
    `L10 against Cloudflare Workflows: ${against('cf')}`,
    `L10 against the bare object: ${against('object')}`,
    `L10 against the bare object with D1: ${against('object+d1')}`,
    `H5 against the bare object with calls: ${against('object+calls', 'H5')}`,
    `accepted to terminal, as the servers tell it: L10 ${median(inside.L10)} ms, Cloudflare Workflows ${median(inside.cf)} ms`,
    `B1000, a thousand at once: L10 ${median(thousand.L10).toFixed(1)} s, Cloudflare Workflows ${median(thousand.cf).toFixed(1)} s`,
    `G: exponent ${growth('G', LENGTHS).toFixed(2)} beyond the fixed cost, ${((p50('G1000') - p50('G10')) / 990).toFixed(3)} ms a step`,
    `M: exponent ${growth('M', ITEMS).toFixed(2)} beyond the fixed cost; the process grew by ${grownMb} MB in the first run of 10,000 items`,
    `an event reaches a socket after ${ms(median(liveMs))} ms (p99 ${ms(p99Of(liveMs))}), its commit included`,
  ]
  return `${how}, on ${cpus().length} cores (${cpus()[0]?.model.trim()}), which the client shares. Medians of the rounds, ratios within each round.

| case | what | alone p50 ms | p99 ms | 16 clients, runs/s | p50 ms | CPU ms a run | errors |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
${lines.join('\n')}

${facts.map((fact) => `- ${fact}`).join('\n')}
`
}
