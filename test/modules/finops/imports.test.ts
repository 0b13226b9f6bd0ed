import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import { prepare } from '../../../src/db/statement.ts'
import { takeImportEnd } from '../../../src/modules/finops/transfer/import/end.ts'
import { insertImport } from '../../../src/modules/finops/transfer/import/repo.ts'
import { type ImportStep, stepImport } from '../../../src/modules/finops/transfer/import/run.ts'
import { randomFrom } from '../../contract/support/random.ts'
import { app, call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock } from '../../helpers/clock.ts'
import { putDeadMessage, runCronTasks, withContext } from '../../helpers/jobs.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'
import { casesOf, SEED } from '../../helpers/random-cases.ts'
import { insertRows, randomRow } from './brute-force.ts'
import { COSTS, daysOf, postCost, setRate, USAGE } from './rows.ts'
import { XLSX_SAMPLE } from './xlsx-sample.ts'

async function upload(as: Person, name: string, content: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const raw = typeof content === 'string' ? new TextEncoder().encode(content) : content
  const answer = await call('POST', '/api/v1/files/upload', { as, raw, headers: { 'x-filename': name } })
  if (answer.status >= 300) throw new Error(answer.text)
  return answer.body.id
}

const start = async (as: Person, fileId: string, options: object = {}, path = COSTS) => {
  const answer = await post(`${path}/import`, as, { fileId, ...options })
  expect(answer.status).toBe(202)
  return answer.body.id as string
}

async function imported(
  as: Person,
  content: string | Uint8Array<ArrayBuffer>,
  {
    name = 'costs.csv',
    path = COSTS,
    ...options
  }: { name?: string; path?: string; [option: string]: unknown } = {},
) {
  return ended(as, await start(as, await upload(as, name, content), options, path))
}

const ended = (as: Person, id: string): Promise<any> =>
  eventually(async () => {
    const { body } = await get(`${COSTS}/imports/${id}`, as)
    if (body.finishedAt === null) throw new Error(body.status)
    return body
  })

const runEnded = (as: Person, runId: string): Promise<any> =>
  eventually(async () => {
    const { body } = await get(`/api/v1/runs/${runId}`, as)
    if (!['succeeded', 'failed', 'cancelled'].includes(body.status)) throw new Error(body.status)
    return body
  })

const errorsOf = async (as: Person, id: string) => (await get(`${COSTS}/imports/${id}/errors`, as)).body.items

/** Everything that an import may write, without ids and times. */
async function rowsOf(teamId: string, table = 'cost_snapshots'): Promise<unknown[]> {
  const { results } = await env.DB.prepare(
    `SELECT * FROM ${table} WHERE team_id = ? ORDER BY date, provider, gpu_type, service, resource, source, line`,
  )
    .bind(teamId)
    .all()
  return results.map(({ id, team_id, import_id, version, created_at, updated_at, ...row }) => row)
}

const countRows = async (teamId: string): Promise<number> => {
  const row = await env.DB.prepare('SELECT count(*) AS n FROM cost_snapshots WHERE team_id = ?')
    .bind(teamId)
    .first<{ n: number }>()
  return row?.n ?? 0
}

const gzip = async (bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(
    await new Response(
      new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new CompressionStream('gzip')),
    ).arrayBuffer(),
  )

const HEAD = 'date,provider,service,source,costUsd,label:team\n'

test('a CSV file is imported; repeating it changes nothing; a corrected file corrects', async () => {
  const person = await newPerson()
  const text = `${HEAD}2026-01-31,aws,EC2,bill,12.5,search\n2026-02-01,aws,S3,bill,-3,\n`
  expect(await imported(person, text)).toMatchObject({
    status: 'succeeded',
    created: 2,
    corrected: 0,
    refused: 0,
    line: 3,
  })
  const before = await rowsOf(person.teamId)
  expect(before).toMatchObject([
    { cost_micro_usd: 12_500_000, labels: '{"team":"search"}' },
    { cost_micro_usd: -3_000_000 },
  ])
  expect(await imported(person, text)).toMatchObject({ created: 0, corrected: 0, unchanged: 2 })
  expect(await rowsOf(person.teamId)).toEqual(before)
  expect(await imported(person, text.replace('12.5', '13'))).toMatchObject({ corrected: 1, unchanged: 1 })
  const { kept, computed } = await daysOf(person.teamId)
  expect(kept).toEqual(computed)
})

test('errors contain line, column and reason; other rows are imported, or none with stop and dryRun', async () => {
  const person = await newPerson()
  const text = `${HEAD}2026-01-31,aws,EC2,bill,1,\n2026-02-30,aws,EC2,bill,1,\n2026-01-31,,EC2,bill,x,\n2026-01-30,aws,EC2,bill,0.0000001,\n2026-01-29,aws,EC2,bill,1,,\n`
  const dry = await imported(person, text, { onError: 'dryRun' })
  expect(dry).toMatchObject({ status: 'succeeded', created: 1, refused: 4 })
  expect(await rowsOf(person.teamId)).toEqual([])
  const done = await imported(person, text)
  expect(done).toMatchObject({ status: 'succeeded', created: 1, refused: 4 })
  expect(await errorsOf(person, done.id)).toEqual([
    { line: 3, column: 'date', reason: expect.any(String) },
    { line: 4, column: 'costUsd', reason: 'is not a number' },
    { line: 5, column: 'costUsd', reason: 'has more than six decimals' },
    { line: 6, column: null, reason: 'has 7 cells, but the header has 6' },
  ])
  const stopped = await imported(person, text.replace('EC2,bill,1', 'EC2,bill,7'), { onError: 'stop' })
  expect(stopped).toMatchObject({ status: 'failed', error: expect.stringMatching(/^Line 3: date/) })
  expect(await rowsOf(person.teamId)).toMatchObject([{ cost_micro_usd: 1_000_000 }])
})

test('an import whose rows are all refused has failed, with their number and the first reasons', async () => {
  const person = await newPerson()
  const text = `Date;Amount\n${Array.from({ length: 5 }, (_, n) => `2026-01-0${n + 1};1`).join('\n')}\n`
  for (const onError of ['skip', 'dryRun']) {
    const done = await imported(person, text, { onError })
    expect(done).toMatchObject({ status: 'failed', created: 0, refused: 5 })
    expect(done.error).toMatch(/^All 5 rows were refused\. Line 2: \w+ .+; Line .+\.$/)
    await eventually(async () => {
      const { body } = await get(`/api/v1/runs/${done.runId}`, person)
      expect(body).toMatchObject({ status: 'failed', error: { message: done.error } })
    })
    expect((await errorsOf(person, done.id)).length).toBeGreaterThan(2)
  }
  // Rows that are there already are not refused.
  const good = `${HEAD}2026-01-31,aws,EC2,bill,1,\n`
  await imported(person, good)
  const again = await imported(person, `${good}2026-02-30,aws,EC2,bill,1,\n`)
  expect(again).toMatchObject({ status: 'succeeded', unchanged: 1, refused: 1 })
})

test('semicolons, decimal commas, Latin-1, a byte-order mark, gzip, JSON lines and XLSX', async () => {
  const person = await newPerson()
  const latin = new TextEncoder().encode('date;provider;costUsd\n2026-01-31;M_nchen;1.234,5\n')
  latin[latin.indexOf(0x5f)] = 0xfc
  // Text files must be UTF-8, so Latin-1 is compressed.
  expect((await imported(person, await gzip(latin), { name: 'latin.csv.gz' })).created).toBe(1)
  await imported(person, '﻿date,provider,costUsd\n2026-01-31,bom,"1,234.5"\n')
  const packed = await gzip(new TextEncoder().encode('date,provider,costUsd\n2026-01-31,gz,2\n'))
  await imported(person, packed, { name: 'costs.csv.gz' })
  await imported(person, '{"date":"2026-01-31","provider":"json","costUsd":0.5,"labels":{"a":"b"}}\n', {
    name: 'x.jsonl',
  })
  const xlsx = await imported(
    person,
    Uint8Array.from(atob(XLSX_SAMPLE), (c) => c.charCodeAt(0)),
    { name: 'x.xlsx' },
  )
  expect(xlsx).toMatchObject({ status: 'succeeded', created: 2, refused: 1 })
  expect(
    (await rowsOf(person.teamId)).map((row: any) => [row.provider, row.cost_micro_usd, row.labels]),
  ).toEqual([
    ['München', 1_234_500_000, '{}'],
    ['aws', 12_345_678, '{"team":"search"}'],
    ['bom', 1_234_500_000, '{}'],
    ['gz', 2_000_000, '{}'],
    ['json', 500_000, '{"a":"b"}'],
    ['gcp', 300_000, '{}'],
  ])
})

test('a saved mapping names the columns, and defaults fill missing values', async () => {
  const person = await newPerson()
  const mapping = {
    columns: { date: 'Tag', costUsd: 'Kosten', 'label:team': 'Team' },
    defaults: { provider: 'hetzner', source: 'rechnung' },
  }
  const set = await call('PUT', `${COSTS}/mappings/hetzner`, { as: person, body: mapping })
  expect(set.body).toMatchObject({ name: 'hetzner', ...mapping })
  const done = await imported(person, 'Tag;Kosten;Team\n2026-01-31;1,5;Suche\n', { mapping: 'hetzner' })
  expect(done).toMatchObject({ status: 'succeeded', created: 1 })
  expect(await rowsOf(person.teamId)).toMatchObject([
    { provider: 'hetzner', source: 'rechnung', cost_micro_usd: 1_500_000, labels: '{"team":"Suche"}' },
  ])
  expect((await get(`${COSTS}/mappings?count=true`, person)).body).toMatchObject({ total: 1 })
  expect((await call('DELETE', `${COSTS}/mappings/hetzner`, { as: person })).status).toBe(204)
  expect((await call('DELETE', `${COSTS}/mappings/hetzner`, { as: person })).status).toBe(404)
})

test.each(['csv', 'jsonl', 'focus'])('an export as %s can be imported with the same rows', async (format) => {
  const person = await newPerson()
  const random = randomFrom(SEED)
  await insertRows(
    person.teamId,
    Array.from({ length: casesOf(3_000) }, (_, n) => randomRow(random, n)),
  )
  await setRate('2026-01-31', 'PLN', '0.271828')
  await postCost(person, {
    provider: '=SUM(A1)',
    service: "'=x",
    resource: '-1',
    source: '@a',
    labels: { 'a"b': "'+c" },
  })
  await postCost(person, {
    currency: 'PLN',
    costUsd: undefined,
    cost: 10.01,
    effectiveCost: 3,
    provider: 'a,b"c',
  })
  await postCost(person, { costUsd: 1, effectiveCostUsd: 0.5, listCostUsd: 2, provider: 'three' })
  const file = await get(`${COSTS}/export?format=${format}`, person)
  expect(file.status).toBe(200)
  const other = await newPerson()
  const rates = await env.DB.prepare("DELETE FROM currency_rates WHERE currency = 'PLN'").run()
  expect(rates.success).toBe(true)
  const done = await imported(other, file.text, { name: format === 'jsonl' ? 'x.jsonl' : 'x.csv' })
  expect(done).toMatchObject({ status: 'succeeded', refused: 0 })
  expect(await rowsOf(other.teamId)).toEqual(await rowsOf(person.teamId))
  if (format === 'focus') return
  const usage = await get(`${USAGE}/export?format=${format}`, person)
  await imported(other, usage.text, { name: format === 'jsonl' ? 'x.jsonl' : 'x.csv', path: USAGE })
  const rows = (await rowsOf(other.teamId, 'usage_snapshots')) as { tokens: number }[]
  expect(rows.map(({ tokens: _, ...row }) => row)).toEqual(
    ((await rowsOf(person.teamId, 'usage_snapshots')) as { tokens: number }[]).map(
      ({ tokens: _, ...row }) => row,
    ),
  )
})

test('an export as XLSX can be imported with the same rows, without formulas', async () => {
  const person = await newPerson()
  // More than the library that reads workbooks unpacks by itself in this runtime.
  await insertRows(
    person.teamId,
    Array.from({ length: 6_000 }, (_, n) => randomRow(randomFrom(n), n)),
  )
  await postCost(person, { provider: '=SUM(A1)', service: '<b>&"', costUsd: -0.000001, labels: { a: '1' } })
  for (const [path, table] of [
    [COSTS, 'cost_snapshots'],
    [USAGE, 'usage_snapshots'],
  ] as const) {
    const answer = await app.fetch(
      new Request(`http://orrery.test${path}/export?format=xlsx`, {
        headers: { authorization: `Bearer ${person.token}`, 'x-team-id': person.teamId },
      }),
      env,
      createExecutionContext(),
    )
    expect(answer.status).toBe(200)
    const other = await newPerson()
    const file = new Uint8Array(await answer.arrayBuffer())
    expect(await imported(other, file, { name: 'x.xlsx', path })).toMatchObject({
      status: 'succeeded',
      refused: 0,
    })
    const plain = (rows: unknown[]) => (rows as { tokens?: number }[]).map(({ tokens: _, ...row }) => row)
    expect(plain(await rowsOf(other.teamId, table))).toEqual(plain(await rowsOf(person.teamId, table)))
  }
})

const FOCUS_HEAD =
  'BilledCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,ChargeDescription,EffectiveCost,ListCost,ProviderName,ServiceName,ResourceId,SkuId,RegionId,Tags,PricingQuantity,PricingUnit,x_Team'
const focusLine = (cost: string, sku: string, more = 'a') =>
  `${cost},USD,2026-01-31T00:00:00Z,2026-02-01T00:00:00Z,Usage,Tokens,${cost},2,OpenAI,GPT,,${sku},eu,"{""env"":""prod""}",10,Tokens,${more}`

test('a FOCUS file: different lines stay separate, equal lines are added, and repeating it changes nothing', async () => {
  const person = await newPerson()
  // More lines than a page, so that equal ones are on different pages.
  const lines = Array.from({ length: 1_203 }, (_, n) => focusLine('0.01', `sku-${n % 3}`))
  const text = [FOCUS_HEAD, ...lines, focusLine('-1', 'sku-0', 'b')].join('\n')
  expect(await imported(person, text)).toMatchObject({ status: 'succeeded', refused: 0, line: 1_205 })
  const rows = await rowsOf(person.teamId)
  expect((rows as any[]).map((row) => row.cost_micro_usd).sort((a, b) => a - b)).toEqual([
    -1_000_000, 4_010_000, 4_010_000, 4_010_000,
  ])
  expect(rows[0]).toMatchObject({
    provider: 'OpenAI',
    service: 'GPT',
    source: 'focus',
    labels: '{"env":"prod"}',
  })
  expect(JSON.parse((rows[0] as { focus: string }).focus)).toMatchObject({
    PricingUnit: 'Tokens',
    RegionId: 'eu',
  })
  expect((rows as any[]).map(({ focus }) => JSON.parse(focus).PricingQuantity).sort()).toEqual([
    '10',
    ...['4010', '4010', '4010'],
  ])
  await imported(person, text)
  expect(await rowsOf(person.teamId)).toEqual(rows)
  const { kept, computed } = await daysOf(person.teamId)
  expect(kept).toEqual(computed)
})

test('the file may be the body: it is stored, and imported from there', async () => {
  const person = await newPerson()
  const raw = await gzip(new TextEncoder().encode('date,provider,costUsd\n2026-01-31,aws,2\n'))
  const send = (path: string, body: BodyInit, headers: Record<string, string>) =>
    call('POST', path, { as: person, raw: body, headers })
  const packed = await send(`${COSTS}/import/file`, raw, { 'content-type': 'application/gzip' })
  expect(packed.status, packed.text).toBe(202)
  expect(await ended(person, packed.body.id)).toMatchObject({ status: 'succeeded', created: 1 })
  const text = 'date;provider;hours\n2026-01-31;aws;1,5\n'
  const named = { 'content-type': 'text/csv', 'x-filename': 'hours.csv' }
  const usage = await send(`${USAGE}/import/file?onError=stop`, text, named)
  expect(await ended(person, usage.body.id)).toMatchObject({
    created: 1,
    fileName: 'imports/hours.csv',
    options: { onError: 'stop' },
  })
  const files = (await get('/api/v1/files?prefix=imports/&sort=name', person)).body.items
  expect(files.map(({ name }: { name: string }) => name)).toEqual([
    expect.stringMatching(/^imports\/costs-\d{4}-\d\d-\d\d\.csv\.gz$/),
    'imports/hours.csv',
  ])
  expect((await send(`${COSTS}/import/file`, text, { 'content-type': 'text/plain' })).status).toBe(415)
  expect((await send(`${COSTS}/import/file?mapping=none`, text, named)).status).toBe(404)
  const { key } = (await post('/api/v1/auth/api-keys', person, { name: 'k', scopes: ['costs:write'] })).body
  const byKey = { as: { apiKey: key }, raw: text, headers: named }
  expect((await call('POST', `${USAGE}/import/file`, byKey)).body.code).toBe('access.scope_missing')
  // The result of an import shows the content of the file.
  const stored = { fileId: files[1].id, onError: 'dryRun' }
  expect((await post(`${COSTS}/import`, { apiKey: key }, stored)).body.code).toBe('access.scope_missing')
  const scopes = ['costs:write', 'files:read']
  const reads = (await post('/api/v1/auth/api-keys', person, { name: 'r', scopes })).body.key
  expect((await post(`${COSTS}/import`, { apiKey: reads }, stored)).status).toBe(202)
})

test('an import is a run with its result', async () => {
  const person = await newPerson()
  const done = await imported(person, `${HEAD}2026-01-31,aws,EC2,bill,12.5,search\n`)
  const run = await runEnded(person, done.runId)
  expect(run).toMatchObject({ kind: 'import', subjectId: done.id, status: 'succeeded' })
  expect((await get(`/api/v1/runs/${done.runId}/output`, person)).body).toMatchObject({ created: 1 })
  const failed = await imported(person, `${HEAD}2026-01-32,aws,EC2,bill,1,\n`, { onError: 'stop' })
  const { status, error } = await runEnded(person, failed.runId)
  expect([status, error.message]).toEqual(['failed', failed.error])
  const again = await post(`/api/v1/runs/${failed.runId}/retry`, person, {})
  expect([again.status, again.body.detail]).toEqual([409, expect.stringContaining('Start another import')])
})

test('an import whose run never started has failed, with the reason', async () => {
  const person = await newPerson()
  const done = await start(person, await upload(person, 'x.csv', HEAD))
  await ended(person, done)
  // With another id, because the run may still report its end.
  const id = `${done.slice(0, -4)}zzzz`
  await env.DB.prepare("UPDATE cost_imports SET id = ?2, status = 'queued', finished_at = NULL WHERE id = ?1")
    .bind(done, id)
    .run()
  await putDeadMessage({ type: 'costs.import', teamId: person.teamId, importId: id })
  await runCronTasks('end imports that were given up')
  expect((await get(`${COSTS}/imports/${id}`, person)).body).toMatchObject({
    status: 'failed',
    error: 'The import failed several times. Start it again.',
  })
})

test.each([
  [
    '0.5',
    'BilledCost,BilledCurrency,ChargePeriodStart,ChargeType,Provider\n1,USD,2026-01-31T00:00:00Z,Usage,AWS',
    null,
  ],
  ['1.0', 'BilledCost,BillingCurrency,ChargePeriodStart,ProviderName\n1,USD,2026-01-31 00:00:00,AWS', null],
  [
    '1.3',
    'BilledCost,BillingCurrency,ChargePeriodStart,ServiceProviderName\n1,USD,2026-01-31T00:00:00Z,AWS',
    null,
  ],
  [
    '1.3 without a currency',
    'BilledCost,ChargePeriodStart,ServiceProviderName\n1,2026-01-31,AWS',
    /FOCUS 1.3 but lacks the columns BillingCurrency/,
  ],
  [
    '0.5 without a provider',
    'BilledCost,BilledCurrency,ChargePeriodStart,ChargeType\n1,USD,2026-01-31,Usage',
    /FOCUS 0.5 but lacks the columns ProviderName/,
  ],
])('FOCUS %s is read if its columns allow it, else refused with the version', async (_what, text, error) => {
  const person = await newPerson()
  const done = await imported(person, text)
  expect([done.status, done.created]).toEqual(error === null ? ['succeeded', 1] : ['failed', 0])
  if (error !== null) expect(done.error).toMatch(error)
})

const many = (n: number) =>
  `date,provider,line,costUsd\n${Array.from({ length: n }, (_, i) => `2026-01-31,aws,${i},1`).join('\n')}`

/** An import without a run: its steps are executed by the test. */
async function importByHand(person: Person, text: string) {
  const { teamId, userId } = person
  const importId = newId('imp', clock.now())
  const row = {
    ...{ id: importId, teamId, userId, kind: 'costs' as const, options: {}, status: 'queued' as const },
    ...{ fileId: await upload(person, 'x.csv', text), fileVersion: 1, createdAt: clock.now() },
  }
  await withContext((request) => prepare(env.DB, insertImport(request.db, row)).run())
  const of = { teamId, importId, signal: new AbortController().signal, progress: () => undefined }
  return {
    importId,
    step: (DB = env.DB, more: Partial<ImportStep> = {}) =>
      withContext((request) =>
        stepImport({ ...of, ...more, request: { ...request, env: { ...request.env, DB } } }),
      ),
  }
}

test('a cancelled import keeps whole pages and stops, whether the import or its run was cancelled', async () => {
  const person = await newPerson()
  const { importId, step } = await importByHand(person, many(2_700))
  const limit = new AbortController()
  await expect(
    step(env.DB, { signal: limit.signal, progress: () => limit.abort(new Error('cancelled')) }),
  ).rejects.toThrow('cancelled')
  const cancelled = await call('POST', `${COSTS}/imports/${importId}/cancel`, { as: person })
  expect([cancelled.status, cancelled.body]).toEqual([
    200,
    expect.objectContaining({ status: 'cancelled', created: 1_000 }),
  ])
  await expect(step()).rejects.toThrow('The import has already ended with the status cancelled.')
  expect(await rowsOf(person.teamId)).toHaveLength(1_000)
  expect((await call('POST', `${COSTS}/imports/${importId}/cancel`, { as: person })).status).toBe(409)

  const other = await importByHand(person, many(3))
  const ended = { teamId: person.teamId, importId: other.importId, runId: 'run_x' }
  await withContext((request) =>
    takeImportEnd(request, { type: 'import.ended', ...ended, status: 'cancelled', error: null }),
  )
  await expect(other.step()).rejects.toThrow('The import has already ended with the status cancelled.')
})

test.each([
  ['the import', (_runId: string, id: string) => `${COSTS}/imports/${id}/cancel`],
  ['its run', (runId: string) => `/api/v1/runs/${runId}/cancel`],
])('cancelling %s at work leaves whole pages, and nothing is written after it', async (_what, cancelOf) => {
  const person = await newPerson()
  const id = await start(person, await upload(person, 'x.csv', many(30_000)))
  const atWork = await eventually(async () => {
    const { body } = await get(`${COSTS}/imports/${id}`, person)
    expect(body.line).toBeGreaterThan(0)
    return body
  })
  const answer = await call('POST', cancelOf(atWork.runId, id), { as: person })
  expect(answer.status, answer.text).toBeLessThan(300)
  const { status, created, line } = await ended(person, id)
  expect(status).toBe('cancelled')
  expect(created % 1_000, `${created} rows`).toBe(0)
  expect(created).toBeLessThan(30_000)
  expect(line).toBe(created + 1)
  expect((await runEnded(person, atWork.runId)).status).toBe('cancelled')
  expect(await countRows(person.teamId)).toBe(created)
  expect((await get(`${COSTS}/imports/${id}`, person)).body).toMatchObject({ status, created, line })
})

test('a row that is too long is refused, and long rows make small pages', async () => {
  const person = await newPerson()
  const head = 'BilledCost,BillingCurrency,ChargePeriodStart,ProviderName,ChargeDescription,x_note'
  const row = (n: number, chars: number) => `1,USD,2026-01-31T00:00:00Z,AWS,line ${n},${'x'.repeat(chars)}`
  const rows = Array.from({ length: 40 }, (_, n) => row(n, n === 7 ? 150_000 : 90_000))
  const done = await imported(person, `${head}\n${rows.join('\n')}`)
  expect(done).toMatchObject({ status: 'succeeded', created: 39, refused: 1 })
  expect(await errorsOf(person, done.id)).toEqual([
    { line: 9, column: null, reason: 'has more than 100000 characters' },
  ])
})

test('steps that crash or run concurrently write each page once, and the import continues', async () => {
  const person = await newPerson()
  const { teamId } = person
  const { importId, step } = await importByHand(person, many(2_700))
  // Crashes after its second page.
  let commits = 0
  const dying = new Proxy(env.DB, {
    get: (d1, name) => {
      const value = Reflect.get(d1, name)
      if (name !== 'batch') return typeof value === 'function' ? value.bind(d1) : value
      return (...args: Parameters<D1Database['batch']>) => {
        if (++commits > 2) throw new Error('killed')
        return d1.batch(...args)
      }
    },
  })
  await expect(step(dying)).rejects.toThrow('killed')
  expect((await get(`${COSTS}/imports/${importId}`, person)).body).toMatchObject({
    status: 'running',
    created: 2_000,
    line: 2_001,
  })
  expect(await rowsOf(teamId)).toHaveLength(2_000)
  await Promise.all([step(), step(), step()])
  expect(await step()).toMatchObject({ again: false, output: { created: 2_700 } })
  expect((await get(`${COSTS}/imports/${importId}`, person)).body).toMatchObject({
    status: 'succeeded',
    created: 2_700,
    line: 2_701,
  })
  expect(await rowsOf(teamId)).toHaveLength(2_700)
})

test('two concurrent imports of the same file create each row once', async () => {
  const person = await newPerson()
  const fileId = await upload(person, 'x.csv', many(700))
  const ids = await Promise.all([start(person, fileId), start(person, fileId)])
  await Promise.all(ids.map((id) => ended(person, id)))
  expect(await rowsOf(person.teamId)).toHaveLength(700)
})

test('files of other teams, and missing mappings, are not found; viewers cannot import', async () => {
  const { owner, join } = await newTeam()
  const fileId = await upload(owner, 'x.csv', HEAD)
  const stranger = await newPerson()
  expect((await post(`${COSTS}/import`, stranger, { fileId })).status).toBe(404)
  expect((await post(`${COSTS}/import`, owner, { fileId, mapping: 'none' })).status).toBe(404)
  expect((await post(`${COSTS}/import`, await join('viewer'), { fileId })).status).toBe(403)
  const id = await start(owner, fileId)
  for (const path of ['', '/errors'])
    expect((await get(`${COSTS}/imports/${id}${path}`, stranger)).status).toBe(404)
})
