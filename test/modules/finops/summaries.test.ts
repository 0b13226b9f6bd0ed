import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { HOUR_MS, toIso } from '../../../src/core/clock.ts'
import { randomFrom } from '../../contract/support/random.ts'
import { get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { casesOf, isLong, repeatWith, SEED } from '../../helpers/random-cases.ts'
import {
  disturb,
  insertRows,
  type Question,
  randomQuestion,
  randomRow,
  type Sums,
  sumUp,
} from './brute-force.ts'
import { COSTS, daysOf, postCost, postUsage, setRate, USAGE } from './rows.ts'

const queryOf = ({ from, to, groupBy, filter }: Question, more: Record<string, string> = {}) =>
  new URLSearchParams({ from, to, groupBy: groupBy.join(','), ...filter, ...more }).toString()

const micro = (amount: number): bigint => BigInt(Math.round(amount * 1_000_000))

async function ask(person: Person, question: Question, path: string): Promise<Map<string, Sums>> {
  const found = new Map<string, Sums>()
  let cursor: string | null = null
  do {
    const query: string = queryOf(question, { limit: '40', ...(cursor ? { cursor } : {}) })
    const { body, status } = await get(`${path}/summary?${query}`, person)
    expect(status).toBe(200)
    for (const group of body.groups) {
      const key = JSON.stringify(question.groupBy.map((name) => group.keys[name]))
      expect(found.has(key)).toBe(false)
      found.set(key, {
        cost: micro(group.costUsd),
        hours: micro(group.hours),
        tokens: BigInt(group.tokens),
        previous: micro(group.previousUsd),
      })
    }
    cursor = body.nextCursor
  } while (cursor)
  return found
}

const sorted = (groups: Map<string, Sums>) =>
  [...groups].map(([key, sums]) => [key, ...Object.values(sums).map(String)].join(' ')).sort()

test('random queries over random rows equal sums computed one by one, after corrections and deletions', async () => {
  const person = await newPerson()
  const random = randomFrom(SEED)
  const questions = casesOf(500)
  const all = Array.from({ length: questions * (isLong ? 200 : 40) }, (_, n) => randomRow(random, n))
  await insertRows(person.teamId, all)
  const rows = await disturb(all, random)
  const { kept, computed } = await daysOf(person.teamId)
  expect(kept).toEqual(computed)
  for (let n = 0; n < questions; n++) {
    const question = randomQuestion(random)
    const expected = sumUp(rows, question, person.teamId)
    const path = random.chance(0.5) ? COSTS : USAGE
    const name = `${repeatWith(SEED, questions)}, question ${n}: ${queryOf(question)}`
    expect(sorted(await ask(person, question, path)), name).toEqual(sorted(expected))
    const { groupBy: _, ...rest } = question
    const total = (
      await get(`${path}/total?${queryOf({ ...rest, groupBy: [] }).replace(/groupBy=&?/, '')}`, person)
    ).body
    const sum = (of: (sums: Sums) => bigint) => [...expected.values()].reduce((a, sums) => a + of(sums), 0n)
    expect([micro(total.totalUsd), micro(total.totalHours), BigInt(total.tokens)], name).toEqual([
      sum(({ cost }) => cost),
      sum(({ hours }) => hours),
      sum(({ tokens }) => tokens),
    ])
  }
}, 900_000)

test('a summary shows shares, the change and the rest after the page', async () => {
  const person = await newPerson()
  const on = (date: string, provider: string, costUsd: number) =>
    postCost(person, { date, provider, costUsd })
  await on('2026-01-31', 'aws', 10)
  await on('2026-02-01', 'aws', 60)
  await on('2026-02-02', 'gcp', 30)
  await on('2026-02-02', 'azure', 10)
  const period = 'from=2026-02-01&to=2026-02-02'
  const first = (await get(`${COSTS}/summary?${period}&groupBy=provider&limit=1`, person)).body
  expect(first).toMatchObject({
    groups: [{ keys: { provider: 'aws' }, costUsd: 60, share: 0.6, previousUsd: 10, changePct: 500 }],
    other: { groups: 2, costUsd: 40, hours: 0, tokens: 0 },
    totalUsd: 100,
  })
  const next = (
    await get(`${COSTS}/summary?${period}&groupBy=provider&limit=1&cursor=${first.nextCursor}`, person)
  ).body
  expect(next).toMatchObject({
    groups: [{ keys: { provider: 'gcp' }, changePct: null, previousUsd: 0 }],
    other: { groups: 1, costUsd: 10 },
    totalUsd: 100,
  })
  const wrong = await get(`${COSTS}/summary?${period}&groupBy=service&cursor=${first.nextCursor}`, person)
  expect(wrong.body.code).toBe('request.invalid_cursor')
  const byKey = (await get(`${COSTS}/summary?${period}&groupBy=provider&sort=-key`, person)).body
  expect(byKey.groups.map(({ keys }: { keys: { provider: string } }) => keys.provider)).toEqual([
    'gcp',
    'azure',
    'aws',
  ])
})

test('weeks begin on Monday, and rows without a value form one group', async () => {
  const person = await newPerson()
  await postCost(person, { date: '2026-02-01', costUsd: 1 })
  await postCost(person, { date: '2026-02-02', costUsd: 2, service: 'S3' })
  const period = 'from=2026-01-26&to=2026-02-08&sort=key'
  const weeks = (await get(`${COSTS}/summary?${period}&groupBy=week,service`, person)).body.groups
  expect(weeks.map(({ keys }: { keys: object }) => keys)).toEqual([
    { week: '2026-01-26', service: null },
    { week: '2026-02-02', service: 'S3' },
  ])
})

test('jobs are included on request, split at midnight, and add up to their own hours and costs', async () => {
  const person = await newPerson()
  const startedAt = Date.UTC(2026, 0, 30, 21, 7, 13)
  const finishedAt = startedAt + 49 * HOUR_MS + 12_345
  const made = await post('/api/v1/jobs', person, {
    provider: 'aws',
    gpuType: 'H100',
    gpuCount: 3,
    hourlyRateUsd: 1.234567,
    modelName: 'llama',
    status: 'succeeded',
    startedAt: toIso(startedAt),
    finishedAt: toIso(finishedAt),
    labels: { env: 'prod' },
  })
  await postCost(person, { date: '2026-01-31', costUsd: 5 })
  const period = 'from=2026-01-01&to=2026-02-28'
  const total = async (more: string) => (await get(`${COSTS}/total?${period}${more}`, person)).body
  expect(await total('')).toMatchObject({ totalUsd: 5, totalHours: 0, count: 1 })
  const all = await total('&include=jobs')
  expect(all.count).toBe(1)
  expect(all.totalUsd).toBeCloseTo(5 + made.body.costUsd, 9)
  expect(all.totalHours).toBe(made.body.hours)
  const days = (await get(`${COSTS}/summary?${period}&groupBy=day&include=jobs&sort=key`, person)).body.groups
  expect(days.map(({ keys }: { keys: { day: string } }) => keys.day)).toEqual([
    '2026-01-30',
    '2026-01-31',
    '2026-02-01',
  ])
  expect(days[1].hours).toBe(72)
  const sum = days.reduce((a: number, { costUsd }: { costUsd: number }) => a + Math.round(costUsd * 1e6), 0)
  expect(sum).toBe(Math.round(all.totalUsd * 1e6))
  const one = (await get(`${COSTS}/total?from=2026-01-31&to=2026-01-31&include=jobs&model=llama`, person))
    .body
  expect(one.totalHours).toBe(72)
  const by = async (name: string) =>
    (await get(`${USAGE}/summary?${period}&groupBy=${name}&include=jobs`, person)).body.groups[0].keys[name]
  expect([await by('model'), await by('label:env'), await by('gpuType')]).toEqual(['llama', 'prod', 'H100'])
  expect((await total('&include=jobs&service=S3')).totalUsd).toBe(0)
})

test('jobs that have run for years are totalled immediately, and only split into a limited number of days', async () => {
  const person = await newPerson()
  const many = Array.from({ length: 150 }, (_, n) => `job_${person.teamId}_${n}`)
  await env.DB.prepare(
    `INSERT INTO gpu_jobs (id, team_id, provider, gpu_type, gpu_count, model_name, status, started_at, price_micro_usd, labels, created_at, updated_at)
     SELECT value, ?2, 'aws', 'H100', 1, '', 'running', ?3, 1000000, '{}', ?3, ?3 FROM json_each(?1)`,
  )
    .bind(JSON.stringify(many), person.teamId, Date.UTC(2016, 0, 1))
    .run()
  const asked = 'from=2016-01-01&to=2025-12-31&include=jobs'
  const hours = ((Date.UTC(2026, 0, 1) - Date.UTC(2016, 0, 1)) / HOUR_MS) * many.length
  expect((await get(`${COSTS}/total?${asked}`, person)).body.totalHours).toBe(hours)
  expect((await get(`${COSTS}/summary?${asked}&groupBy=provider`, person)).body.groups[0].hours).toBe(hours)
  const refused = await get(`${COSTS}/summary?${asked}&groupBy=day`, person)
  expect([refused.status, refused.body.code]).toEqual([413, 'request.too_large'])
  const month = 'from=2025-12-01&to=2025-12-31&include=jobs'
  const { groups } = (await get(`${COSTS}/summary?${month}&groupBy=month`, person)).body
  expect(groups).toMatchObject([{ hours: 31 * 24 * many.length }])
})

test('totals show the billed amounts by currency, and the period', async () => {
  const person = await newPerson()
  await setRate('2026-01-31', 'SEK', 2)
  await postCost(person, { costUsd: 1.5 })
  await postCost(person, { currency: 'SEK', costUsd: undefined, cost: 2.25, line: 'a' })
  await postCost(person, { currency: 'SEK', costUsd: undefined, cost: 4_000_000, line: 'b' })
  await postUsage(person, { hours: 4, quantity: 7, unit: 'tokens' })
  const period = 'from=2026-01-31&to=2026-01-31'
  expect((await get(`${COSTS}/total?${period}`, person)).body).toEqual({
    from: '2026-01-31',
    to: '2026-01-31',
    totalUsd: 8_000_006,
    totalHours: 4,
    tokens: 7,
    count: 3,
    byCurrency: { SEK: 4_000_002.25, USD: 1.5 },
  })
  expect((await get(`${USAGE}/total?${period}&source=agent`, person)).body).toMatchObject({
    count: 1,
    totalUsd: 0,
  })
  const today = toIso(clock.now()).slice(0, 10)
  expect((await get(`${COSTS}/total`, person)).body.to).toBe(today)
})

test.each([
  'groupBy=colour',
  'groupBy=',
  'groupBy=label:',
  'groupBy=day,week,month,team',
  'groupBy=day,day',
  'groupBy=day&from=2026-02-02&to=2026-02-01',
  'groupBy=day&from=2000-01-01&to=2099-01-01',
  'groupBy=day&limit=0',
])('the summary by %s is refused', async (query) => {
  expect((await get(`${COSTS}/summary?${query}`, await newPerson())).status).toBe(422)
})

test('ten thousand groups are paged', async () => {
  const person = await newPerson()
  const random = randomFrom(SEED)
  const rows = Array.from({ length: casesOf(10_000) }, (_, n) => ({
    ...randomRow(random, n),
    resource: `r${n}`,
  }))
  await insertRows(person.teamId, rows)
  const seen = new Set<string>()
  let cursor: string | null = null
  do {
    const query: string = `from=2025-11-01&to=2026-04-30&groupBy=resource&limit=500${cursor ? `&cursor=${cursor}` : ''}`
    const { body } = await get(`${COSTS}/summary?${query}`, person)
    for (const { keys } of body.groups) seen.add(keys.resource)
    cursor = body.nextCursor
  } while (cursor)
  expect(seen.size).toBe(rows.length)
})
