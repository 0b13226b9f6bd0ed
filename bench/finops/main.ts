// npm run bench:finops [-- --import 100000 --rows 1000000 --seconds 3 --save bench/finops/results.md]
// How fast costs are imported, aggregated and listed. Each figure is compared with a plain one from the same
// benchmark: the same batches written without the product, and the list of teams.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { inRoot } from '../../scripts/server/paths.ts'
import { serve } from '../../scripts/server/serve.ts'
import { takeState } from '../../scripts/server/state.ts'
import type { LoadOrder, LoadResult } from '../load.ts'
import { median } from '../stats.ts'

const { values } = parseArgs({
  options: {
    import: { type: 'string', default: '100000' },
    rows: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '3' },
    save: { type: 'string' },
  },
})
const importRows = Number(values.import)
const rows = Number(values.rows)
const PAGE_ROWS = 500
const FILL_ROWS = 20_000
const CLIENTS = 16
const POLL_MS = 100
const SUMMARIES = 30
const KEYS =
  'id, team_id, date, provider, service, resource, source, cost_micro_usd, original_micro, labels, created_at, updated_at'

process.env.RATE_LIMITS = 'false'
const dir = mkdtempSync(join(tmpdir(), 'orrery-bench-finops-'))
const state = await takeState(dir)
const server = await serve(state, { port: 0, host: '127.0.0.1' })
const client = new Worker(inRoot('bench/load.ts'))
try {
  const token = await signUp()
  const imported = await timeImport(token)
  const plain = await timePlainInserts()
  await fillCosts(await teamOf(token))
  const summary = await timeSummary(token)
  const lists: [string, LoadResult][] = []
  for (const [name, path] of [
    ['20 teams', '/api/v1/teams?limit=20'],
    ['20 costs', '/api/v1/costs?limit=20'],
  ] as const)
    lists.push([name, await load(path, token)])
  const text = report(imported, plain, summary, lists)
  console.log(`\n${text}`)
  if (values.save) writeFileSync(inRoot(values.save), `# npm run bench:finops\n\n${text}`)
} finally {
  await client.terminate()
  await server.stop()
  state.release()
  rmSync(dir, { recursive: true, force: true })
}

async function call<Answer>(
  method: string,
  path: string,
  token: string | null,
  body?: unknown,
): Promise<Answer> {
  const isText = typeof body === 'string'
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: {
      ...(isText ? { 'x-filename': 'costs.csv' } : { 'content-type': 'application/json' }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Answer
}

async function signUp(): Promise<string> {
  const body = { email: 'bench@example.com', password: 'Bench-them-all-1', name: 'Bench' }
  const { accessToken } = await call<{ accessToken: string }>('POST', '/auth/register', null, body)
  await call('PUT', '/users/subscription', accessToken, { plan: 'team' })
  return accessToken
}

async function teamOf(token: string): Promise<string> {
  const { items } = await call<{ items: { id: string }[] }>('GET', '/teams', token)
  return items[0]?.id ?? ''
}

function day(n: number): string {
  return new Date(Date.UTC(2026, 0, 1 + (n % 300))).toISOString().slice(0, 10)
}

type Import = { id: string; status: string; created: number; error: string | null }

async function timeImport(token: string): Promise<number> {
  const lines = Array.from(
    { length: importRows },
    (_, n) => `${day(n)},provider-${n % 7},service-${n % 31},resource-${n},bench,${(n % 1_000) / 100}`,
  )
  const text = `date,provider,service,resource,source,costUsd\n${lines.join('\n')}\n`
  const file = await call<{ id: string }>('POST', '/files/upload', token, text)
  const begun = performance.now()
  const { id } = await call<Import>('POST', '/costs/import', token, { fileId: file.id })
  for (;;) {
    const now = await call<Import>('GET', `/costs/imports/${id}`, token)
    if (now.status === 'succeeded' && now.created === importRows) return performance.now() - begun
    if (now.status !== 'queued' && now.status !== 'running') throw new Error(JSON.stringify(now))
    await sleep(POLL_MS)
  }
}

/** Inserts the same pages of rows into the same table with plain statements. */
async function timePlainInserts(): Promise<number> {
  const begun = performance.now()
  for (let from = 0; from < importRows; from += PAGE_ROWS) {
    const page = Array.from({ length: Math.min(PAGE_ROWS, importRows - from) }, (_, at) => {
      const n = from + at
      return [
        `cst_plain${n}`,
        'team_plain',
        day(n),
        `provider-${n % 7}`,
        `service-${n % 31}`,
        `resource-${n}`,
        n,
      ]
    })
    await server.batch([
      {
        sql: `INSERT INTO cost_snapshots (${KEYS})
          SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, 'bench', value ->> 6, value ->> 6, '{}', 0, 0
          FROM json_each(?)`,
        params: [JSON.stringify(page)],
      },
    ])
  }
  return performance.now() - begun
}

async function fillCosts(teamId: string): Promise<void> {
  for (let from = importRows; from < rows; from += FILL_ROWS)
    await server.batch([
      {
        sql: `INSERT INTO cost_snapshots (${KEYS})
          WITH RECURSIVE n (i) AS (SELECT ?2 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?3)
          SELECT 'cst_fill' || i, ?1, date('2026-01-01', (i % 300) || ' days'), 'provider-' || (i % 7), 'service-' || (i % 31),
            'resource-' || i, 'fill', i % 1000, i % 1000, '{}', 0, 0 FROM n`,
        params: [teamId, from, Math.min(rows, from + FILL_ROWS)],
      },
    ])
}

async function timeSummary(token: string): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < SUMMARIES; n++) {
    const begun = performance.now()
    await call('GET', '/costs/summary?from=2026-01-01&to=2026-10-31&groupBy=provider,service', token)
    times.push(performance.now() - begun)
  }
  return median(times)
}

function load(path: string, token: string): Promise<LoadResult> {
  const order: LoadOrder = {
    port: Number(new URL(server.url).port),
    clients: CLIENTS,
    seconds: Number(values.seconds),
    method: 'GET',
    path,
    headers: { authorization: `Bearer ${token}` },
    expect: 200,
  }
  return new Promise((resolve) => {
    client.once('message', resolve)
    client.postMessage(order)
  })
}

function report(imported: number, plain: number, summary: number, lists: [string, LoadResult][]): string {
  const rate = ({ requests, seconds }: LoadResult) => Math.round(requests / seconds)
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
  return `On ${cpus().length} cores (${cpus()[0]?.model.trim()}), which the client shares.

| what                                                  | figure |
| ----------------------------------------------------- | ------ |
| import of ${importRows} rows as CSV, accepted to succeeded | ${seconds(imported)} |
| the same rows by plain statements                     | ${seconds(plain)} |
| summary by provider and service over ${rows} rows, median | ${summary.toFixed(1)} ms |
${lists.map(([name, result]) => `| list of ${name}, ${CLIENTS} clients | ${rate(result)}/s |`).join('\n')}
`
}
