import { env } from 'cloudflare:workers'
import { readSheet } from 'read-excel-file/universal'
import { expect, test } from 'vitest'
import { type XlsxCell, xlsxStream } from '../../../src/core/formats/xlsx-stream.ts'
import { EXPORT_COLUMNS } from '../../../src/modules/tasks/transfer/schema.ts'
import { workbookOf } from '../../../src/modules/tasks/transfer/workbook.ts'
import { call, get } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { newTask, pureSteps, TASKS } from './tasks.ts'

const exported = (as: any, body: unknown) => call('POST', `${TASKS}/export`, { as, body })

test('exported CSV, JSON and JSON lines are imported unchanged', async () => {
  const ada = await newPerson()
  const top = await newTask(ada, {
    title: '=HYPERLINK("x")',
    description: 'Ünï\n"quoted", with, commas',
    tags: ['a', 'b'],
    priority: 8,
    input: {},
  })
  await newTask(ada, { title: "'=1", parentId: top.id, dueAt: '2030-07-01T10:00:00Z', input: pureSteps('x') })
  const csv = await exported(ada, { format: 'csv', timezone: 'Europe/Berlin' })
  expect(csv.status, csv.text).toBe(200)
  expect(csv.text).toContain(`"'=HYPERLINK(""x"")"`)
  expect(csv.text).toContain('2030-07-01T12:00:00.000+02:00')
  for (const [format, type] of [
    ['csv', 'text/csv'],
    ['json', 'application/json'],
    ['jsonl', 'application/jsonl'],
  ]) {
    const bob = await newPerson()
    const file = await exported(ada, { format })
    const read = await call('POST', `${TASKS}/import`, {
      as: bob,
      raw: typeof file.body === 'string' ? file.text : JSON.stringify(file.body),
      headers: { 'content-type': type as string },
    })
    expect([format, read.status, read.body.made, read.body.refused], read.text).toEqual([format, 200, 2, 0])
    const { items } = (await get(`${TASKS}?sort=created`, bob)).body
    const first = items.find((one: any) => one.children === 1)
    expect(first).toMatchObject({ title: '=HYPERLINK("x")', priority: 8, tags: ['a', 'b'] })
    const second = items.find((one: any) => one.children === 0)
    expect(second).toMatchObject({ title: "'=1", parentId: first.id, dueAt: '2030-07-01T10:00:00.000Z' })
    expect((await get(`${TASKS}/${first.id}`, bob)).body.description).toBe('Ünï\n"quoted", with, commas')
  }
})

test('a workbook has typed cells, real dates and no formulas', async () => {
  const ada = await newPerson()
  await newTask(ada, {
    title: '=1+1',
    description: 'x'.repeat(19_000),
    dueAt: '2030-01-02T03:04:05Z',
    priority: 3,
  })
  const ctx = await exported(ada, { format: 'xlsx', columns: ['title', 'priority', 'dueAt'] })
  expect(ctx.status).toBe(200)
  const stream = workbookOf(
    { env, now: Date.now },
    ada.teamId,
    {},
    { columns: ['title', 'priority', 'dueAt'], timezone: 'UTC' },
  )
  const rows = await readSheet(await new Response(stream).arrayBuffer())
  expect(rows).toEqual([
    ['title', 'priority', 'dueAt'],
    ['=1+1', 3, new Date('2030-01-02T03:04:05Z')],
  ])
})

const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

const workbook = async (rows: XlsxCell[][]) => {
  const [head = [], ...rest] = rows
  const columns = head.map((name) => ({ name: String(name), width: 20 }))
  async function* pages() {
    yield rest
  }
  const stream = xlsxStream([{ name: 'Tasks', columns, rows: pages }])
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

const importBook = (as: Person, raw: Uint8Array<ArrayBuffer>, query = '', type = XLSX_TYPE) =>
  call('POST', `${TASKS}/import${query}`, { as, raw, headers: { 'content-type': type } })

test('an exported workbook is imported unchanged, with its dates in the zone that they were exported in', async () => {
  const [ada, bob] = [await newPerson(), await newPerson()]
  const top = await newTask(ada, {
    title: '=1+1',
    description: 'Ünï\n"quoted"',
    tags: ['a', 'b'],
    priority: 8,
    input: pureSteps('x'),
  })
  await newTask(ada, { title: "'=1", parentId: top.id, dueAt: '2030-07-01T10:00:00Z', input: pureSteps('x') })
  const stream = workbookOf(
    { env, now: Date.now },
    ada.teamId,
    {},
    { columns: EXPORT_COLUMNS, timezone: 'Europe/Berlin' },
  )
  const file = new Uint8Array(await new Response(stream).arrayBuffer())
  const read = await importBook(bob, file, '?timezone=Europe/Berlin', 'text/csv')
  expect([read.status, read.body.made, read.body.refused], read.text).toEqual([200, 2, 0])
  const { items } = (await get(`${TASKS}?sort=created`, bob)).body
  const first = items.find((one: any) => one.children === 1)
  expect(first).toMatchObject({ title: '=1+1', priority: 8, tags: ['a', 'b'] })
  const second = items.find((one: any) => one.children === 0)
  expect(second).toMatchObject({ title: "'=1", parentId: first.id, dueAt: '2030-07-01T10:00:00.000Z' })
  const { description, input } = (await get(`${TASKS}/${second.id}`, bob)).body
  expect([description, input]).toEqual(['', pureSteps('x')])
})

test('a workbook made by hand may have numbers as titles, blank rows and more columns', async () => {
  const ada = await newPerson()
  const file = await workbook([
    ['title', 'type', 'priority', 'remark', 'autoStart'],
    [2030, 'custom', 3, 'of no use', null],
    [null, null, null, null, null],
    ['Next', 'nonsense', null, null, null],
  ])
  const read = await importBook(ada, file)
  expect(read.body.results.map((one: any) => one.ok)).toEqual([true, false])
  const { items } = (await get(TASKS, ada)).body
  expect(items).toMatchObject([{ title: '2030', priority: 3 }])
})

test('a workbook beyond the limits is refused, with the reason', async () => {
  const ada = await newPerson()
  const detail = async (rows: XlsxCell[][]) => {
    const { status, body } = await importBook(ada, await workbook(rows))
    return [status, body.detail]
  }
  const many = Array.from({ length: 1_001 }, (_, n) => [`n${n}`, 'custom'])
  expect(await detail([['title', 'type'], ...many])).toEqual([
    422,
    'At most 1000 rows are read at a time, and these are 1001.',
  ])
  expect(await detail([['title', 'type']])).toEqual([422, 'There are no rows.'])
  expect(
    await detail([
      ['title', 'input'],
      ['A', '{"a":'],
    ]),
  ).toEqual([422, 'Line 2: input is not JSON.'])
  const old = await importBook(ada, new Uint8Array([0xd0, 0xcf, 0x11, 0xe0]))
  expect([old.status, old.body.detail]).toEqual([422, expect.stringContaining('older format than XLSX')])
  const large = await importBook(ada, new Uint8Array(10 * 1024 * 1024 + 1).fill(0x50))
  expect(large.status).toBe(413)
  expect((await importBook(ada, await workbook([['title'], ['A']]), '?timezone=Nowhere')).status).toBe(422)
})

test('JSON lines are read one by one: one alone, blank ones, and a broken one with its number', async () => {
  const ada = await newPerson()
  const read = (raw: string) =>
    call('POST', `${TASKS}/import`, { as: ada, raw, headers: { 'content-type': 'application/jsonl' } })
  const line = (title: string) => JSON.stringify({ title, type: 'custom', input: {} })
  expect((await read(line('alone'))).body).toMatchObject({ made: 1, refused: 0 })
  expect((await read(`${line('a')}\r\n\n${line('b')}\n`)).body).toMatchObject({ made: 2, refused: 0 })
  const broken = await read(`${line('c')}\n${line('d').slice(0, -1)}\n${line('e')}`)
  expect([broken.status, broken.body.detail]).toEqual([422, expect.stringContaining('Line 2 is not JSON')])
  expect((await read('nonsense')).body.detail).toContain('The body is not JSON')
})

test('tasks with long texts are exported and searched a few at a time', async () => {
  const ada = await newPerson()
  for (let n = 0; n < 40; n++) await newTask(ada, { title: `long ${n}` })
  // More than a statement may answer with at once.
  await env.DB.prepare("UPDATE tasks SET description = printf('%.*c', 900000, 'x') WHERE team_id = ?")
    .bind(ada.teamId)
    .run()
  const file = await exported(ada, { format: 'jsonl' })
  const rows = file.text.trim().split('\n')
  expect(rows.map((row) => JSON.parse(row).title)).toEqual(Array.from({ length: 40 }, (_, n) => `long ${n}`))
  expect((await get(`${TASKS}?q=long&limit=100`, ada)).body.items).toHaveLength(40)
})

test('an unknown column is refused, and so is an unreadable file, with the place', async () => {
  const ada = await newPerson()
  expect((await exported(ada, { columns: ['nonsense'] })).status).toBe(422)
  const read = (raw: string, type = 'text/csv') =>
    call('POST', `${TASKS}/import`, { as: ada, raw, headers: { 'content-type': type } })
  expect((await read('title,type\nA,custom,x\n')).body.detail).toContain('Line 2')
  expect((await read(Array.from({ length: 10_000 }, (_, n) => `c${n}`).join(','))).body.detail).toBe(
    'Line 1 has 10000 cells: a file has at most 1000 columns.',
  )
  expect((await read('title,type\nA,custom\n"B,custom\n')).body.detail).toBe(
    'Line 3 has a quote that is not closed.',
  )
  expect((await read('title,type\nA,custom\nB\ufffd,custom\n')).body.detail).toContain('Line 3')
  const workbook = await read('PK\u0003\u0004rest')
  expect([workbook.status, workbook.body.detail]).toEqual([422, 'The file is not an XLSX file.'])
  expect((await read('PK,title,type\n1,A,custom\n')).body.made).toBe(1)
  expect((await read('\ufefftitle,type\nÄ,custom\n')).body.made).toBe(1)
  expect((await read('{"a":', 'application/json')).status).toBe(422)
  const mixed = await read('title;type\r\nA;custom\rB;nonsense\nC;custom')
  expect(mixed.body.results.map((one: any) => one.ok)).toEqual([true, false, true])
})

test('an import whose rows are all refused is refused, with their number and the first reasons', async () => {
  const ada = await newPerson()
  const read = (raw: string) =>
    call('POST', `${TASKS}/import`, { as: ada, raw, headers: { 'content-type': 'text/csv' } })
  const none = await read('title,type\nA,nonsense\n,custom\n')
  expect([none.status, none.body.code]).toEqual([422, 'request.invalid'])
  expect(none.body.detail).toMatch(/^All 2 rows were refused\. \/0\/type: .+; \/1\/title: /)
  expect(none.body.errors).toMatchObject([{ path: '/0/type' }, { path: '/1/title' }])
  expect((await read('title,type\nA,nonsense\n')).body.detail).toMatch(
    /^The only row was refused\. \/0\/type: /,
  )
})

test('an export that is too large for an answer is written to a file by a run', async () => {
  const ada = await newPerson()
  await env.DB.prepare(
    `INSERT INTO tasks (id, team_id, title, type, status, status_since, root_id, due_sort, created_by, created_at, updated_at)
     SELECT 'tsk_' || printf('%026d', value) || ?1, ?1, 'n' || value, 'custom', 'draft', 1, 'x', 1, 'x', value, value
     FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 10001) SELECT value FROM n)`,
  )
    .bind(ada.teamId)
    .run()
  const answer = await exported(ada, { format: 'jsonl', columns: ['title'] })
  expect(answer.status, answer.text).toBe(202)
  const run = await eventually(async () => {
    const { body } = await get(answer.body.run, ada)
    if (!['succeeded', 'failed'].includes(body.status)) throw new Error(body.status)
    return body
  })
  expect(run).toMatchObject({ kind: 'export', status: 'succeeded' })
  const output = (await get(`${answer.body.run}/output`, ada)).body
  const { link } = output.output ?? output
  const files = await get(answer.body.link, ada)
  expect(link).toBe(`/api/v1/files/${files.body.items[0].id}/content`)
  const content = await get(link, ada)
  expect(content.text.trimEnd().split('\n')).toHaveLength(10_001)
})
