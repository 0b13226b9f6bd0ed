// Every type from its start to its result, with the offline model.
import { expect, test } from 'vitest'
import { call, get } from '../../helpers/api.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { newTask, untilStatus, upload } from './tasks.ts'

const done = async (as: Person, type: string, input: unknown) => {
  const { id } = await newTask(as, { type, input, autoStart: true })
  const task = await untilStatus(as, id, 'succeeded', 'failed')
  expect(task.error).toBeNull()
  return task
}

const CSV =
  'day,region,price,count\n2026-01-01,north,10,1\n2026-01-02,south,20,2\n2026-01-03,north,30,3\n2026-01-04,south,40,4\n2026-01-05,north,500,5\n'

test('dataAnalysis computes figures over all rows, draws charts and contains no uncomputed number', async () => {
  const ada = await newPerson()
  const file = await upload(ada, 'prices.csv', CSV)
  const { result } = await done(ada, 'dataAnalysis', { file: { $file: file } })
  expect(result).toMatchObject({
    rows: 5,
    statistics: { price: { count: 5, mean: 120, median: 30, min: 10, max: 500 }, count: { sum: 15 } },
    outliers: [{ column: 'price', count: 1 }],
  })
  expect(result.columns.map(({ type }: any) => type)).toEqual(['date', 'text', 'number', 'number'])
  expect(result.findings).toContain('mean 120')
  const chart = await get(`/api/v1/files/${result.charts[0].$file}/content`, ada)
  expect(chart.text).toContain('<svg')
})

test('an unreadable table is refused with the place', async () => {
  const ada = await newPerson()
  const file = await upload(ada, 'broken.csv', 'a,b\n1,2\n1,2,3\n')
  const { id } = await newTask(ada, { type: 'dataAnalysis', input: { file }, autoStart: true })
  const failed = await untilStatus(ada, id, 'failed')
  expect(failed.error).toMatchObject({ code: 'table.unreadable', message: expect.stringContaining('Line 3') })
})

test('research cites only given sources', async () => {
  const ada = await newPerson()
  const { result } = await done(ada, 'research', {
    question: 'At how many degrees does water boil?',
    sources: [
      { title: 'Physics', text: 'Water boils at 100 degrees at sea level.' },
      { title: 'Cooking', text: 'On a mountain "water boils at 90 degrees".' },
    ],
    depth: 'quick',
  })
  expect(result.sources).toHaveLength(2)
  expect(result.questions.length).toBeGreaterThan(0)
  expect(result.report.length).toBeGreaterThan(10)
})

test('codeGeneration writes files and says that nothing was executed', async () => {
  const ada = await newPerson()
  const { result } = await done(ada, 'codeGeneration', { language: 'javascript', spec: 'Add two numbers' })
  expect(result.files.length).toBeGreaterThan(0)
  expect(result.run).toEqual({ tests: 'not run: no sandbox' })
})

test('websiteCreation returns a zip', async () => {
  const ada = await newPerson()
  const { result } = await done(ada, 'websiteCreation', {
    brief: 'A bakery in Bonn',
    pages: ['Home', 'Bread'],
  })
  expect(result.pages).toContain('index.html')
  expect(result.file).toMatchObject({ name: expect.stringContaining('site.zip') })
  const zip = await call('GET', `/api/v1/files/${result.file.$file}/content`, { as: ada })
  expect(zip.text.startsWith('PK')).toBe(true)
})

test('debugging returns a cause and a diff', async () => {
  const ada = await newPerson()
  const { result } = await done(ada, 'debugging', {
    code: 'function f( {\n  return 1\n}\n',
    error: 'SyntaxError',
    name: 'f.js',
  })
  expect(result).toMatchObject({ verified: 'not run: no sandbox', reproduced: 'found by the check' })
  expect(typeof result.cause).toBe('string')
})

test('documentation mentions only names of the source', async () => {
  const ada = await newPerson()
  const { result } = await done(ada, 'documentation', {
    files: [{ path: 'add.js', content: 'export function add(a, b) { return a + b }' }],
  })
  expect(result.pages.length).toBeGreaterThan(0)
  expect(result.file.name).toContain('documentation.md')
})
