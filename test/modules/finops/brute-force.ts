// Random rows of costs, usage and jobs, and their sums computed one by one.
import { env } from 'cloudflare:workers'
import { newId } from '../../../src/core/ids.ts'
import type { Random } from '../../contract/support/random.ts'
import { clock } from '../../helpers/clock.ts'

export type Row = {
  id: string
  table: 'cost_snapshots' | 'usage_snapshots'
  date: string
  provider: string
  gpuType: string
  service: string
  resource: string
  source: string
  line: string
  model: string
  agentId: string
  workflowId: string
  runId: string
  userId: string
  labels: Record<string, string>
  cost: number
  hours: number
  tokens: number
}

const DAY = 86_400_000
export const FIRST_DAY = Date.UTC(2025, 10, 20)
export const DAYS = 110

const day = (n: number): string => new Date(FIRST_DAY + n * DAY).toISOString().slice(0, 10)

const some = (random: Random, values: string[], share = 0.7): string =>
  random.chance(share) ? random.pick(values) : ''

export const KEYS = ['env', 'it\'s "odd"', 'team,a']

export function randomRow(random: Random, n: number): Row {
  const isCost = random.chance(0.7)
  return {
    id: newId(isCost ? 'cst' : 'use', clock.now()),
    table: isCost ? 'cost_snapshots' : 'usage_snapshots',
    date: day(random.below(DAYS)),
    provider: random.pick(['aws', 'gcp', 'Azure']),
    gpuType: some(random, ['H100', 'A100']),
    service: some(random, ['EC2', 'S3', "O'Brien"]),
    resource: some(random, ['r1', 'r2']),
    source: random.pick(['bill', 'agent']),
    line: String(n),
    model: some(random, ['llama', 'mistral'], 0.3),
    agentId: some(random, ['agt_1'], 0.2),
    workflowId: some(random, ['wf_1'], 0.2),
    runId: some(random, ['run_1', 'run_2'], 0.3),
    userId: some(random, ['usr_1'], 0.2),
    labels: Object.fromEntries(
      KEYS.filter(() => random.chance(0.4)).map((key) => [key, random.pick(['a', 'b'])]),
    ),
    cost: isCost ? random.below(2_000_000_000) - (random.chance(0.1) ? 2_000_000_000 : 0) : 0,
    hours: isCost ? 0 : random.below(50_000_000),
    tokens: isCost ? 0 : random.below(1_000),
  }
}

export async function insertRows(teamId: string, rows: Row[]): Promise<void> {
  const keys =
    'id, team_id, date, provider, gpu_type, service, resource, source, line, model, agent_id, workflow_id, run_id, user_id, labels, created_at, updated_at'
  const values = `r.value ->> 'id', ?2, r.value ->> 'date', r.value ->> 'provider', r.value ->> 'gpuType', r.value ->> 'service', r.value ->> 'resource',
    r.value ->> 'source', r.value ->> 'line', r.value ->> 'model', r.value ->> 'agentId', r.value ->> 'workflowId', r.value ->> 'runId', r.value ->> 'userId',
    json_extract(r.value, '$.labels'), 1, 1`
  for (let at = 0; at < rows.length; at += 1_000) {
    const part = rows.slice(at, at + 1_000)
    const of = (table: string) => JSON.stringify(part.filter((row) => row.table === table))
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO cost_snapshots (${keys}, cost_micro_usd, original_micro) SELECT ${values}, r.value ->> 'cost', r.value ->> 'cost' FROM json_each(?1) r`,
      ).bind(of('cost_snapshots'), teamId),
      env.DB.prepare(
        `INSERT INTO usage_snapshots (${keys}, micro_hours, tokens) SELECT ${values}, r.value ->> 'hours', r.value ->> 'tokens' FROM json_each(?1) r`,
      ).bind(of('usage_snapshots'), teamId),
    ])
  }
}

/** Corrects amounts and dimensions of some rows, and deletes others. */
export async function disturb(rows: Row[], random: Random): Promise<Row[]> {
  const kept: Row[] = []
  const statements: D1PreparedStatement[] = []
  for (const row of rows) {
    if (random.chance(0.05)) {
      statements.push(env.DB.prepare(`DELETE FROM ${row.table} WHERE id = ?`).bind(row.id))
      continue
    }
    if (random.chance(0.1)) {
      row.model = some(random, ['llama', 'mistral', 'other'])
      if (row.table === 'cost_snapshots') row.cost = random.below(1_000) - 500
      else row.hours = random.below(1_000)
      const amount = row.table === 'cost_snapshots' ? 'cost_micro_usd' : 'micro_hours'
      statements.push(
        env.DB.prepare(`UPDATE ${row.table} SET model = ?, ${amount} = ? WHERE id = ?`).bind(
          row.model,
          row.table === 'cost_snapshots' ? row.cost : row.hours,
          row.id,
        ),
      )
    }
    kept.push(row)
  }
  for (let at = 0; at < statements.length; at += 500) await env.DB.batch(statements.slice(at, at + 500))
  return kept
}

const FIELDS: Record<string, keyof Row> = {
  provider: 'provider',
  gpuType: 'gpuType',
  service: 'service',
  resource: 'resource',
  model: 'model',
  agent: 'agentId',
  workflow: 'workflowId',
  run: 'runId',
  user: 'userId',
  source: 'source',
}

export const DIMENSIONS = [
  ...Object.keys(FIELDS).filter((name) => name !== 'source'),
  'day',
  'week',
  'month',
  'team',
  ...KEYS.slice(0, 2).map((key) => `label:${key}`),
]

const monday = (date: string): string => {
  const at = Date.parse(date)
  return new Date(at - ((new Date(at).getUTCDay() + 6) % 7) * DAY).toISOString().slice(0, 10)
}

export function dimensionOf(row: Row, dimension: string, teamId: string): string | null {
  if (dimension === 'team') return teamId
  if (dimension === 'day') return row.date
  if (dimension === 'week') return monday(row.date)
  if (dimension === 'month') return row.date.slice(0, 7)
  if (dimension.startsWith('label:')) return row.labels[dimension.slice(6)] ?? null
  return (row[FIELDS[dimension] as keyof Row] as string) || null
}

export type Question = { from: string; to: string; groupBy: string[]; filter: Record<string, string> }

export function randomQuestion(random: Random): Question {
  const [a, b] = [random.below(DAYS), random.below(DAYS)]
  const groupBy = new Set(Array.from({ length: 1 + random.below(3) }, () => random.pick(DIMENSIONS)))
  const filter: Record<string, string> = {}
  if (random.chance(0.4)) filter.provider = random.pick(['aws', 'gcp', 'none'])
  if (random.chance(0.2)) filter.model = 'llama'
  if (random.chance(0.15)) filter.source = 'bill'
  if (random.chance(0.15)) filter.run = 'run_1'
  if (random.chance(0.15)) filter.label = random.pick(['env', 'env=a', 'it\'s "odd"=b'])
  return { from: day(Math.min(a, b)), to: day(Math.max(a, b)), groupBy: [...groupBy], filter }
}

function matches(row: Row, { filter }: Question): boolean {
  return Object.entries(filter).every(([name, value]) => {
    if (name !== 'label') return row[FIELDS[name] as keyof Row] === value
    const [key = '', wanted] = value.split('=')
    return key in row.labels && (wanted === undefined || row.labels[key] === wanted)
  })
}

export type Sums = { cost: bigint; hours: bigint; tokens: bigint; previous: bigint }

/** The expected result: the sums of each group, by the JSON of its keys. */
export function sumUp(rows: Row[], question: Question, teamId: string): Map<string, Sums> {
  const groups = new Map<string, Sums>()
  const length = (Date.parse(question.to) - Date.parse(question.from)) / DAY + 1
  const shift = (date: string, days: number) =>
    new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10)
  const keyOf = (row: Row) => JSON.stringify(question.groupBy.map((one) => dimensionOf(row, one, teamId)))
  const found = rows.filter((row) => matches(row, question))
  for (const row of found) {
    if (row.date < question.from || row.date > question.to) continue
    const sums = groups.get(keyOf(row)) ?? { cost: 0n, hours: 0n, tokens: 0n, previous: 0n }
    sums.cost += BigInt(row.cost)
    sums.hours += BigInt(row.hours)
    sums.tokens += BigInt(row.tokens)
    groups.set(keyOf(row), sums)
  }
  for (const row of found) {
    const date = shift(row.date, length)
    if (date < question.from || date > question.to) continue
    const sums = groups.get(keyOf({ ...row, date }))
    if (sums) sums.previous += BigInt(row.cost)
  }
  return groups
}
