// Tasks as third-party programs see them: figures by `simple-statistics`, workbooks by `exceljs` and SheetJS, CSV by
// `csv-spectrum` and `papaparse`, graphs by `mermaid`, schedules by `croner`.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { read, utils } from '@e965/xlsx'
import { Cron } from 'croner'
import type ExcelJS from 'exceljs'
import { parseHTML } from 'linkedom'
import Papa from 'papaparse'
import * as judge from 'simple-statistics'
import { csvReader } from '../../src/core/formats/read-csv.ts'
import { nextFire } from '../../src/engine/schedule/next-fire.ts'
import { compileSchedule } from '../../src/engine/schedule/trigger.ts'
import { call, signInAsDemo } from '../e2e/client.ts'
import { end, forget, type Installation, newStateDir, start } from '../e2e/installation.ts'
import { intOf, randomCron, randomOf } from '../engine/schedule/random-cron.ts'
import { TABLES } from './task-tables.ts'

const dir = newStateDir()
const require = createRequire(import.meta.url)
let installation: Installation
let token: string

before(async () => {
  installation = await start(dir)
  token = await signInAsDemo(installation.url, dir)
})

after(async () => {
  await end(installation)
  forget(dir)
})

type Body = Record<string, any>

async function ask(
  method: string,
  path: string,
  json?: unknown,
  headers?: Record<string, string>,
): Promise<Body> {
  const answer = await call<Body>(installation.url, method, `/api/v1${path}`, {
    token,
    ...(json === undefined ? {} : { json }),
    ...(headers === undefined ? {} : { headers }),
  })
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body
}

const exported = async (body: Body): Promise<Buffer> => {
  const answer = await fetch(`${installation.url}/api/v1/tasks/export`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  assert.equal(answer.status, 200)
  return Buffer.from(await answer.arrayBuffer())
}

/** Equal except for differences from the order of additions. */
function near(found: number, expected: number, what: string): void {
  assert.ok(
    Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected)),
    `${what}: ${found}, not ${expected}`,
  )
}

const numbersOf = (rows: Record<string, string>[], name: string): number[] =>
  rows.flatMap((row) => (row[name] === '' || row[name] === undefined ? [] : [Number(row[name])]))

for (const [name, csv] of Object.entries(TABLES))
  test(`dataAnalysis of the table ${name} agrees with simple-statistics`, async () => {
    const file = await call<Body>(installation.url, 'POST', '/api/v1/files/upload', {
      token,
      bytes: new TextEncoder().encode(csv),
      type: 'text/csv',
      headers: { 'x-filename': `${name}.csv` },
    })
    assert.equal(file.status, 201)
    const { id } = await ask('POST', '/tasks', {
      title: name,
      type: 'dataAnalysis',
      input: { file: file.body.id },
    })
    const task = await ask('POST', `/tasks/${id}/execute`, undefined, { prefer: 'wait=60' })
    assert.equal(task.status, 'succeeded', JSON.stringify(task.error))
    const { result } = task
    const { data: rows, meta } = Papa.parse<Record<string, string>>(csv, {
      header: true,
      skipEmptyLines: true,
    })
    assert.equal(result.rows, rows.length)
    const isNumber = (column: string) =>
      numbersOf(rows, column).length > 0 && !numbersOf(rows, column).some(Number.isNaN)
    const numbers = (meta.fields ?? []).filter(isNumber)
    assert.deepEqual(Object.keys(result.statistics).sort(), numbers.toSorted())
    for (const column of numbers) {
      const values = numbersOf(rows, column)
      const own = result.statistics[column]
      assert.equal(own.count, values.length)
      assert.equal(own.missing, rows.length - values.length)
      near(own.sum, judge.sum(values), `${column} sum`)
      near(own.mean, judge.mean(values), `${column} mean`)
      near(own.median, judge.median(values), `${column} median`)
      near(own.min, judge.min(values), `${column} min`)
      near(own.max, judge.max(values), `${column} max`)
      near(own.variance, judge.sampleVariance(values), `${column} variance`)
      near(own.standardDeviation, judge.sampleStandardDeviation(values), `${column} deviation`)
    }
    for (const { a, b, r } of result.correlations) {
      const both = rows.filter((row) => row[a] !== '' && row[b] !== '')
      near(r, judge.sampleCorrelation(numbersOf(both, a), numbersOf(both, b)), `${a} ${b}`)
    }
    assert.equal(result.correlations.length, pairs(numbers, rows))
    for (const { by, of, groups } of result.groups)
      for (const { value, count, sum, mean } of groups) {
        const values = numbersOf(
          rows.filter((row) => row[by] === value),
          of,
        )
        assert.equal(count, values.length)
        near(sum, judge.sum(values), `${of} of ${value}`)
        near(mean, judge.mean(values), `${of} of ${value}`)
      }
    for (const { column, over, slope, intercept, r2 } of result.trends) {
      const first = Math.min(...rows.map((row) => Date.parse(row[over] ?? '')))
      const points = rows.map((row) => [
        (Date.parse(row[over] ?? '') - first) / 86_400_000,
        Number(row[column]),
      ])
      const line = judge.linearRegression(points as [number, number][])
      near(slope, line.m, `${column} slope`)
      near(intercept, line.b, `${column} intercept`)
      near(r2, judge.rSquared(points as [number, number][], judge.linearRegressionLine(line)), `${column} r²`)
    }
  })

/** Pairs of columns that both vary. */
function pairs(numbers: string[], rows: Record<string, string>[]): number {
  const varied = numbers.filter((name) => new Set(numbersOf(rows, name)).size > 1).length
  return (varied * (varied - 1)) / 2
}

const LONG = 'x'.repeat(40_000)
const TEXTS = [
  '=HYPERLINK("http://e.example")',
  '+1',
  '-1',
  '@x',
  "'=1",
  'Ünï😀 "quoted", with;\nlines\ttabs',
]

test('exceljs and SheetJS read a workbook: typed cells, dates, sheets, and no formulas', async () => {
  const tag = 'workbook'
  for (const [n, title] of TEXTS.entries())
    await ask('POST', '/tasks', {
      title: title.replace(/[\n\t]/g, ' '),
      description: title,
      type: 'custom',
      priority: n,
      tags: [tag],
      dueAt: '2030-07-01T10:00:00Z',
      input: n === 0 ? { input: LONG } : {},
    })
  const columns = ['title', 'description', 'priority', 'dueAt', 'input']
  const bytes = await exported({
    format: 'xlsx',
    filter: { tag, sort: undefined },
    columns,
    timezone: 'Europe/Berlin',
  })

  const { Workbook } = require('exceljs/dist/exceljs.min.js') as typeof ExcelJS
  const book = new Workbook()
  await book.xlsx.load(bytes as never)
  assert.deepEqual(
    book.worksheets.map(({ name }) => name),
    ['Tasks', 'Steps', 'Summary'],
  )
  const sheet = book.getWorksheet('Tasks')
  assert.ok(sheet)
  assert.deepEqual([sheet.views[0]?.state, (sheet.views[0] as { ySplit?: number }).ySplit], ['frozen', 1])
  assert.ok((sheet.getColumn(1).width ?? 0) > 20)
  const found: unknown[][] = []
  sheet.eachRow((row, at) => {
    if (at > 1) found.push((row.values as unknown[]).slice(1))
    row.eachCell((cell) => assert.equal(cell.formula, undefined))
  })
  const byPriority = found.toSorted((a, b) => Number(a[2]) - Number(b[2]))
  assert.deepEqual(
    byPriority.map((row) => row[1]),
    TEXTS,
  )
  // The local time of the zone, as spreadsheets store it.
  for (const row of found) assert.equal((row[3] as Date).toISOString(), '2030-07-01T12:00:00.000Z')
  const cut = String(byPriority[0]?.[4])
  assert.equal(cut.length, 32_767)
  assert.ok(cut.endsWith('… (cut)'))

  const other = read(bytes, { cellFormula: true, cellDates: true })
  assert.deepEqual(other.SheetNames, ['Tasks', 'Steps', 'Summary'])
  const cells = Object.entries(other.Sheets.Tasks ?? {}).filter(([name]) => !name.startsWith('!'))
  assert.ok(cells.every(([, cell]) => (cell as { f?: string }).f === undefined))
  const rows = utils.sheet_to_json<Body>(other.Sheets.Tasks as never)
  assert.deepEqual(
    rows.toSorted((a, b) => a.priority - b.priority).map((row) => row.description),
    TEXTS,
  )
  assert.ok(rows.every(({ priority }) => typeof priority === 'number'))
  assert.ok(rows.every(({ dueAt }) => dueAt instanceof Date))
})

test('the CSV reader passes all cases of csv-spectrum', () => {
  const folder = dirname(require.resolve('csv-spectrum'))
  const names = readdirSync(join(folder, 'csvs'))
  assert.ok(names.length >= 11)
  for (const name of names) {
    const reader = csvReader(',')
    const text = readFileSync(join(folder, 'csvs', name), 'utf8').replace(/^\ufeff/, '')
    const [head, ...records] = [...reader.push(text), ...reader.end()]
    const found = records.map(({ cells }) =>
      Object.fromEntries((head?.cells ?? []).map((key, at) => [key, cells[at] ?? ''])),
    )
    const expected = JSON.parse(readFileSync(join(folder, 'json', name.replace(/csv$/, 'json')), 'utf8'))
    // The JSON of this case does not match its CSV: it has another number, and no list.
    if (name === 'location_coordinates.csv') assert.equal(found[0]?.Cities, expected.Cities)
    else assert.deepEqual(found, expected, name)
  }
})

test('papaparse reads an export, and its own CSV can be imported', async () => {
  const tag = 'papaparse'
  const items = TEXTS.map((title) => ({
    title: title.replace(/[\n\t]/g, ' '),
    description: title,
    type: 'custom',
    tags: tag,
    input: '{}',
  }))
  const answer = await call<Body>(installation.url, 'POST', '/api/v1/tasks/import', {
    token,
    bytes: new TextEncoder().encode(Papa.unparse(items)),
    type: 'text/csv',
  })
  assert.deepEqual([answer.status, answer.body.made], [200, TEXTS.length], JSON.stringify(answer.body))
  const columns = ['title', 'description']
  const filter = { tag }
  const expected = JSON.parse((await exported({ format: 'json', filter, columns })).toString())
  // The import removes a mark before a formula, as exports add it, and the original had one.
  assert.deepEqual(
    expected.map(({ description }: Body) => description).sort(),
    TEXTS.map((text) => (text === "'=1" ? '=1' : text)).sort(),
  )
  const { data, errors } = Papa.parse<Body>((await exported({ format: 'csv', filter, columns })).toString(), {
    header: true,
    skipEmptyLines: true,
  })
  assert.deepEqual(errors, [])
  const bare = (text: string) => (/^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text)
  assert.deepEqual(
    data.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, bare(value)]))),
    expected,
  )
  assert.ok(data.every((row) => !/^[=+\-@]/.test(row.title)))
})

test('mermaid reads the graph, and no title breaks out of its label', async () => {
  const { window } = parseHTML('<!doctype html><html><body></body></html>')
  Object.assign(globalThis, { window, document: window.document, Element: window.Element })
  const { default: mermaid } = (await import('mermaid/dist/mermaid.esm.min.mjs' as string)) as {
    default: {
      parse: (text: string) => Promise<unknown>
      mermaidAPI: { getDiagramFromText: (text: string) => Promise<{ type: string; db: any }> }
    }
  }
  const titles = [
    'x"] --> b["y',
    'end',
    '<script>alert(1)</script>',
    'subgraph [ ( { | } ) ]',
    '%% no comment',
    'Ä 日本 😀',
    'click t0 "x"',
  ]
  const items = titles.map((title, n) => ({
    title,
    type: 'custom',
    input: {},
    ref: `r${n}`,
    ...(n === 0 ? {} : { dependsOn: [{ ref: `r${n - 1}`, on: n % 2 === 0 ? 'end' : 'success' }] }),
  }))
  const { results } = await ask('POST', '/tasks/batch', { items })
  const answer = await fetch(
    `${installation.url}/api/v1/tasks/${results[0].id}/dependencies?format=mermaid`,
    {
      headers: { authorization: `Bearer ${token}` },
    },
  )
  const text = await answer.text()
  // It knows the kinds of diagrams after its first call.
  await mermaid.parse(text)
  const { type, db } = await mermaid.mermaidAPI.getDiagramFromText(text)
  assert.equal(type, 'flowchart-v2')
  const vertices = [...db.getVertices().values()] as { id: string; text: string; classes: string[] }[]
  const decoded = (label: string) =>
    label
      .replace(/ﬂ°°(\d+)¶ß/g, (_all, code: string) => String.fromCodePoint(Number(code)))
      .replace(/<br\/>.*$/s, '')
  assert.deepEqual(vertices.map(({ text: label }) => decoded(label)).sort(), titles.toSorted())
  const edges = db.getEdges() as { start: string; end: string; text: string }[]
  assert.equal(edges.length, titles.length - 1)
  assert.deepEqual(new Set(edges.map(({ text: label }) => label)), new Set(['', 'end']))
  assert.ok(vertices.every(({ classes }) => classes.includes('critical')))
})

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Asia/Tokyo',
  'America/Sao_Paulo',
  'Africa/Cairo',
]
const DAY_MS = 86_400_000
/** Days on which clocks change in some of them. */
const CHANGES = [
  '2026-03-08',
  '2026-03-29',
  '2026-04-05',
  '2026-04-24',
  '2026-10-04',
  '2026-10-25',
  '2026-10-30',
  '2026-11-01',
].map((day) => Date.parse(day))

const offsetOf = (zone: string, at: number): string =>
  new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value ?? ''

/** Around a change of the clock, both have their own rules. Ours are checked by the tests of the engine. */
function clockChanges(zone: string, from: number, to: number): boolean {
  const first = offsetOf(zone, from)
  for (let at = from; at < to + DAY_MS; at += DAY_MS / 4) if (offsetOf(zone, at) !== first) return true
  return offsetOf(zone, to) !== first
}

test('10,000 recurrences agree with croner', () => {
  let compared = 0
  let atChanges = 0
  for (let n = 0; compared < 10_000; n++) {
    const random = randomOf(1_000 + n)
    const change = CHANGES[n % CHANGES.length] as number
    const at =
      n % 2 === 0
        ? change + intOf(random, -36 * 60, 24 * 60) * 60_000
        : Date.UTC(2024, 0, 1) + intOf(random, 0, 4 * 365 * 24 * 60) * 60_000
    const { text } = randomCron(random, new Date(at))
    const [, , day = '', , weekday = ''] = text.split(' ')
    // If both days are restricted, we treat a step from `*` as no restriction, like Vixie's cron, and croner as one.
    if ((day.startsWith('*/') && weekday !== '*') || (weekday.startsWith('*/') && day !== '*')) continue
    // A step that starts at a weekday includes Sunday as 7 for us, and not for croner.
    if (/(^|,)\w+\//.test(weekday)) continue
    const zone = ZONES[n % ZONES.length] as string
    const compiled = compileSchedule({ cron: text, timezone: zone } as never)
    if (!compiled.ok) continue
    const ours = nextFire(compiled.value, at)
    const theirs =
      new Cron(text, { timezone: zone, paused: true, sloppyRanges: true }).nextRun(new Date(at))?.getTime() ??
      null
    compared++
    if (ours === theirs) continue
    atChanges++
    const [first, last] = [Math.min(ours ?? at, theirs ?? at), Math.max(ours ?? at, theirs ?? at)]
    assert.ok(
      last - first <= 3 * DAY_MS && clockChanges(zone, first - DAY_MS, last + DAY_MS),
      `${text} in ${zone} after ${new Date(at).toISOString()}: ${ours === null ? null : new Date(ours).toISOString()}, not ${theirs === null ? null : new Date(theirs).toISOString()}`,
    )
  }
  assert.ok(atChanges < 200, `${atChanges} differ at a change of the clock`)
})
