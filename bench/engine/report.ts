import { cpus } from 'node:os'
import type { LoadResult } from '../load.ts'
import { exponentOf, median } from '../stats.ts'
import { type Case, ITEMS, LENGTHS } from './cases.ts'

/** With the processor time that a run costs the server. */
export type Loaded = LoadResult & { cpuMs: number }

export type AfterRuns = { runs: number; rssMb: number; kbARun: number; files: number }

export type Measured = {
  /** After some thousand more runs. */
  held: { L10?: AfterRuns; RL10?: AfterRuns }
  alone: Map<string, LoadResult[]>
  loaded: Map<string, Loaded[]>
  /** Milliseconds from accepted to ended, by the server's times. */
  inside: Record<'cf' | 'L10', number[]>
  /** Seconds for a thousand at the same time, by case. */
  thousand: Map<string, number[]>
  liveMs: number[]
  /** Megabytes by which the process grew in the first run of 10,000 items. */
  grownMb: number
}

const ms = (value: number): string => value.toFixed(1)
const p99Of = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? 0

export function report(cases: Case[], measured: Measured, how: string): string {
  const { alone, loaded, inside, thousand, held, liveMs, grownMb } = measured
  const times = (name: string) => (alone.get(name) ?? []).map((one) => one.p50)
  const rates = (name: string) => (loaded.get(name) ?? []).map(({ requests, seconds }) => requests / seconds)
  const costs = (name: string) => (loaded.get(name) ?? []).map(({ cpuMs }) => cpuMs)
  const p50 = (name: string) => median(times(name))
  // Compared within each round, because other load on the machine differs more between rounds than within one.
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
  // Minus the cost of a run that does almost nothing.
  const growth = (letter: string, sizes: number[]) =>
    exponentOf(sizes.map((size) => [size, p50(`${letter}${size}`)] as const))
  const facts = [
    `L10 against Cloudflare Workflows: ${against('cf')}`,
    `L10 against the bare object: ${against('object')}`,
    `L10 against the bare object with D1: ${against('object+d1')}`,
    `H5 against the bare object with calls: ${against('object+calls', 'H5')}`,
    ...(inside.cf.length === 0
      ? []
      : [
          `accepted to terminal, as the servers tell it: L10 ${median(inside.L10)} ms, Cloudflare Workflows ${median(inside.cf)} ms`,
        ]),
    `a thousand at once: ${[...thousand].map(([name, seconds]) => `${name} ${median(seconds).toFixed(2)} s`).join(', ')}`,
    `G: exponent ${growth('G', LENGTHS).toFixed(2)} beyond the fixed cost, ${((p50('G1000') - p50('G10')) / 990).toFixed(3)} ms a step`,
    `M: exponent ${growth('M', ITEMS).toFixed(2)} beyond the fixed cost; the process grew by ${grownMb} MB in the first run of 10,000 items`,
    ...(liveMs.length === 0
      ? []
      : [
          `an event reaches a socket after ${ms(median(liveMs))} ms (p99 ${ms(p99Of(liveMs))}), its commit included`,
        ]),
  ]
  for (const [name, after] of Object.entries(held))
    facts.push(
      `after ${after.runs} runs more of ${name}: ${after.rssMb} MB of memory in all its processes, ${after.kbARun.toFixed(1)} KB of disk a run, ${after.files} new files`,
    )
  if (cases.some(({ name }) => name === 'RL10'))
    facts.push(...againstRestate(cases, { p50, rates, costs, thousand }))
  return `${how}, on ${cpus().length} cores (${cpus()[0]?.model.trim()}), which the client shares. Medians of the rounds, ratios within each round.

| case | what | alone p50 ms | p99 ms | 16 clients, runs/s | p50 ms | CPU ms a run | errors |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
${lines.join('\n')}

${facts
  // There are no figures for cases that were left out.
  .filter((fact) => !fact.includes('NaN'))
  .map((fact) => `- ${fact}`)
  .join('\n')}
`
}

/** All measured figures of both: alone, with 16 clients, by processor time of all processes, and at the same time. */
function againstRestate(
  cases: Case[],
  {
    p50,
    rates,
    costs,
    thousand,
  }: {
    p50: (name: string) => number
    rates: (name: string) => number[]
    costs: (name: string) => number[]
    thousand: Map<string, number[]>
  },
): string[] {
  return cases
    .filter(({ name }) => name.startsWith('R'))
    .map(({ name }) => {
      const ours = name.slice(1)
      const facts = [`${(p50(ours) / p50(name)).toFixed(2)} of its time alone`]
      if (rates(name).length > 0) {
        const share = (of: (name: string) => number[]) =>
          median(of(ours).map((value, round) => value / (of(name)[round] ?? Number.NaN))).toFixed(2)
        facts.push(`${share(rates)} of its rate at 16 clients`, `${share(costs)} of its CPU time`)
      }
      const [a, b] = [thousand.get(ours), thousand.get(name)]
      if (a && b) facts.push(`${(median(a) / median(b)).toFixed(2)} of its time for a thousand at once`)
      return `${ours} against Restate: ${facts.join(', ')}`
    })
}
