import { cpus } from 'node:os'
import type { LoadResult } from '../load.ts'
import { exponentOf, median } from '../stats.ts'
import { type Case, ITEMS, LENGTHS } from './cases.ts'

export type Measured = {
  alone: Map<string, LoadResult[]>
  loaded: Map<string, LoadResult[]>
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
  const p50 = (name: string) => median((alone.get(name) ?? []).map((one) => one.p50))
  const rate = (name: string) =>
    median((loaded.get(name) ?? []).map(({ requests, seconds }) => requests / seconds))
  const lines = cases.map(({ name, what, underLoad }) => {
    const rounds = [...(alone.get(name) ?? []), ...(loaded.get(name) ?? [])]
    const p99 = median((alone.get(name) ?? []).map((one) => one.p99))
    const load = underLoad
      ? [rate(name).toFixed(0), ms(median((loaded.get(name) ?? []).map((one) => one.p50)))]
      : ['', '']
    const errors = rounds.reduce((sum, one) => sum + one.errors, 0)
    return `| ${name} | ${what} | ${ms(p50(name))} | ${ms(p99)} | ${load.join(' | ')} | ${errors} |`
  })
  // Without what a run costs that has next to nothing to do.
  const growth = (letter: string, sizes: number[]): number => {
    const fixed = p50(`${letter}${sizes[0]}`)
    return exponentOf(
      sizes.slice(1).map((size) => [size, Math.max(0.01, p50(`${letter}${size}`) - fixed)] as const),
    )
  }
  const first = median(inside.L10)
  const facts = [
    `L10 against Cloudflare Workflows: ${ms(p50('cf') / p50('L10'))} times as fast alone, ${ms(rate('L10') / rate('cf'))} times the rate at 16 clients`,
    `accepted to terminal, as the server tells it: L10 ${first} ms, Cloudflare Workflows ${median(inside.cf)} ms`,
    `L10 against the bare object: ${(p50('L10') / p50('object')).toFixed(2)} times its time alone, ${(rate('L10') / rate('object')).toFixed(2)} of its rate; against the object with D1 ${(p50('L10') / p50('object+d1')).toFixed(2)} and ${(rate('L10') / rate('object+d1')).toFixed(2)}`,
    `B1000, a thousand at once: L10 ${median(thousand.L10).toFixed(1)} s, Cloudflare Workflows ${median(thousand.cf).toFixed(1)} s`,
    `G: exponent ${growth('G', LENGTHS).toFixed(2)} beyond the fixed cost, ${((p50('G1000') - p50('G10')) / 990).toFixed(3)} ms a step`,
    `M: exponent ${growth('M', ITEMS).toFixed(2)} beyond the fixed cost; the process grew by ${grownMb} MB in the first run of 10,000 items`,
    `an event reaches a socket after ${ms(median(liveMs))} ms (p99 ${ms(p99Of(liveMs))}), its commit included`,
  ]
  return `${how}, on ${cpus().length} cores (${cpus()[0]?.model.trim()}), which the client shares. Medians of the rounds.

| case | what | alone p50 ms | p99 ms | 16 clients, runs/s | p50 ms | errors |
| --- | --- | ---: | ---: | ---: | ---: | ---: |
${lines.join('\n')}

${facts.map((fact) => `- ${fact}`).join('\n')}
`
}
