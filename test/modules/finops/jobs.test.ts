import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { HOUR_MS, toIso } from '../../../src/core/clock.ts'
import {
  costMicroUsdOf,
  costMicroUsdSql,
  microHoursOf,
  microHoursSql,
} from '../../../src/modules/finops/jobs/meter.ts'
import { randomFrom } from '../../contract/support/random.ts'
import { call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, newTeam, type Person } from '../../helpers/people.ts'
import { casesOf, repeatWith, SEED } from '../../helpers/random-cases.ts'

const JOBS = '/api/v1/jobs'
const job = { provider: 'aws', gpuType: 'H100' }

const create = async (as: Person, body: object = {}) => (await post(JOBS, as, { ...job, ...body })).body
const change = (as: Person, id: string, body: object, headers = {}) =>
  call('PATCH', `${JOBS}/${id}`, { as, body, headers })

test('a job is created, runs, ends, and costs hours times its rate', async () => {
  const person = await newPerson()
  const made = await create(person, {
    gpuCount: 8,
    hourlyRateUsd: 2.5,
    modelName: 'llama',
    region: 'us-east-1',
  })
  expect(made).toMatchObject({
    status: 'queued',
    hours: 0,
    costUsd: 0,
    priceSource: 'job',
    modelName: 'llama',
  })
  const running = (await change(person, made.id, { status: 'running' })).body
  expect(running.startedAt).not.toBeNull()
  clock.advance(HOUR_MS / 4)
  const grown = (await get(`${JOBS}/${made.id}`, person)).body
  expect(grown.hours).toBeGreaterThanOrEqual(2)
  const finishedAt = toIso(Date.parse(running.startedAt) + HOUR_MS / 2)
  const done = (await change(person, made.id, { status: 'succeeded', finishedAt })).body
  expect(done).toMatchObject({ status: 'succeeded', hours: 4, costUsd: 10, version: 3 })
})

test('the price is that of the day of the start, in any spelling of the GPU', async () => {
  const person = await newPerson()
  const at = (startedAt: string) =>
    create(person, { status: 'running', startedAt, gpuType: 'NVIDIA H100 80GB' })
  expect((await at('2024-02-01T00:00:00Z')).priceUsd).toBe(12.29)
  expect((await at('2025-06-04T23:59:59Z')).priceUsd).toBe(12.29)
  expect(await at('2025-06-05T00:00:00Z')).toMatchObject({ priceUsd: 6.88, priceSource: 'price_table' })
})

test('a job without a known price has no cost', async () => {
  const person = await newPerson()
  const unknown = await create(person, { provider: 'basement', status: 'running' })
  expect(unknown).toMatchObject({ costUsd: null, priceUsd: null, priceSource: null })
  expect((await change(person, unknown.id, { hourlyRateUsd: 1 })).body).toMatchObject({ priceUsd: 1 })
  expect((await change(person, unknown.id, { hourlyRateUsd: null })).body.costUsd).toBeNull()
})

test('a status that is not allowed is refused with the allowed ones', async () => {
  const person = await newPerson()
  const { id } = await create(person)
  const answer = await change(person, id, { status: 'succeeded' })
  expect([answer.status, answer.body.code]).toEqual([409, 'job.status_not_allowed'])
  expect(answer.body.errors.map((one: { message: string }) => one.message)).toEqual([
    'provisioning',
    'running',
    'failed',
    'cancelled',
  ])
})

test('writing the same external id again updates the job, also concurrently', async () => {
  const person = await newPerson()
  const write = (body: object) => post(JOBS, person, { ...job, externalId: 'slurm-1', ...body })
  const answers = await Promise.all([1, 2, 3].map((gpuCount) => write({ gpuCount })))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201])
  const again = await write({ notes: 'again' })
  expect([again.status, again.body.version, again.body.notes]).toEqual([200, 4, 'again'])
  expect((await get(`${JOBS}?count=true`, person)).body.total).toBe(1)
  const elsewhere = await post(JOBS, await newPerson(), { ...job, externalId: 'slurm-1' })
  expect(elsewhere.status).toBe(201)
  expect((await call('DELETE', `${JOBS}/${again.body.id}`, { as: person })).status).toBe(204)
  expect((await write({})).body).toMatchObject({ id: again.body.id, deletedAt: null })
})

test('a deleted job leaves the list and returns when it is restored', async () => {
  const person = await newPerson()
  const { id } = await create(person)
  const remove = () => call('DELETE', `${JOBS}/${id}`, { as: person })
  expect((await remove()).status).toBe(204)
  expect((await remove()).status).toBe(404)
  expect((await change(person, id, { notes: 'x' })).status).toBe(404)
  expect((await get(JOBS, person)).body.items).toEqual([])
  expect((await get(`${JOBS}?deleted=true`, person)).body.items).toHaveLength(1)
  const restored = await call('POST', `${JOBS}/${id}/restore`, { as: person })
  expect([restored.status, restored.body.deletedAt]).toEqual([200, null])
  expect((await get(`${JOBS}/`, person)).body.items).toHaveLength(1)
})

test('the filters of the list', async () => {
  const person = await newPerson()
  const names = async (query: string) =>
    (await get(`${JOBS}?${query}&limit=50`, person)).body.items
      .map((one: { externalId: string }) => one.externalId)
      .sort()
      .join('')
  const start = { status: 'running' }
  await create(person, {
    externalId: 'a',
    labels: { 'it\'s "odd"': 'x=1', env: 'prod' },
    modelName: 'Llama 3',
  })
  await create(person, { externalId: 'b', provider: 'gcp', ...start, startedAt: '2026-01-31T23:59:59Z' })
  await create(person, { externalId: 'c', gpuType: 'A100', ...start, startedAt: '2026-02-01T00:00:00Z' })
  expect(await names('provider=gcp')).toBe('b')
  expect(await names('gpuType=A100')).toBe('c')
  expect(await names('status=queued,running')).toBe('abc')
  expect(await names('status=queued')).toBe('a')
  expect(await names('model=Llama%203')).toBe('a')
  expect(await names('label=env')).toBe('a')
  expect(await names('label=env%3Ddev')).toBe('')
  expect(await names(`label=${encodeURIComponent('it\'s "odd"=x=1')}`)).toBe('a')
  expect(await names('from=2026-01-31&to=2026-01-31')).toBe('b')
  expect(await names('from=2026-02-01&to=2026-02-01')).toBe('c')
  expect(await names('q=LLAMA')).toBe('a')
  expect(await names(`team=${person.teamId}`)).toBe('abc')
  expect(await names('team=team_other')).toBe('')
  expect((await get(`${JOBS}?status=sleeping`, person)).status).toBe(422)
})

test.each(['-cost', 'cost', '-hours', 'hours', '-startedAt', 'startedAt', 'createdAt', '-createdAt'])(
  'paging the list by %s loses and repeats nothing while running jobs grow',
  async (sort) => {
    const person = await newPerson()
    const minutes = [5, 90, 30, 30, 1]
    for (const [at, ago] of minutes.entries())
      await create(person, {
        status: 'running',
        gpuCount: at + 1,
        startedAt: toIso(clock.now() - ago * 60_000),
        ...(at === 2 ? { provider: 'basement' } : {}),
      })
    await create(person)
    const seen: { id: string; costUsd: number | null }[] = []
    let cursor: string | null = null
    do {
      const query: string = `?limit=2&sort=${sort}${cursor ? `&cursor=${cursor}` : ''}`
      const { body } = await get(JOBS + query, person)
      seen.push(...body.items)
      cursor = body.nextCursor
      clock.advance(60_000)
    } while (cursor)
    expect(new Set(seen.map(({ id }) => id)).size).toBe(6)
    expect(seen).toHaveLength(6)
  },
)

test('a cursor of another sort, or an invented one, is refused', async () => {
  const person = await newPerson()
  const cursor = btoa(JSON.stringify(['-cost', 'x', 'y'])).replace(/=+$/, '')
  for (const query of [`sort=-cost&cursor=${cursor}`, `sort=cost&cursor=${cursor}`])
    expect((await get(`${JOBS}?${query}`, person)).body.code).toBe('request.invalid_cursor')
})

test('samples are stored once for each time, and the job shows their means', async () => {
  const person = await newPerson()
  const { id } = await create(person, { status: 'running' })
  const add = (body: object[]) => post(`${JOBS}/${id}/samples`, person, body)
  const at = (minute: number) => `2026-01-31T12:0${minute}:00Z`
  await add([
    { at: at(0), gpuPct: 50, memPct: 20, powerW: 300 },
    { at: at(1), gpuPct: 100, memPct: 40 },
  ])
  const again = await add([{ at: at(1), gpuPct: 70, memPct: 40 }])
  expect(again.body.utilization).toEqual({ samples: 2, gpuPct: 60, memPct: 30, powerW: 300 })
  const page = (await get(`${JOBS}/${id}/samples?limit=1&count=true`, person)).body
  expect(page).toMatchObject({ items: [{ gpuPct: 50 }], total: 2 })
  const next = (await get(`${JOBS}/${id}/samples?limit=1&cursor=${page.nextCursor}`, person)).body
  expect(next).toMatchObject({ items: [{ gpuPct: 70, powerW: null }], nextCursor: null })
  for (const bad of [
    { at: at(0), gpuPct: 101, memPct: 0 },
    { at: '2026-02-30T00:00:00Z', gpuPct: 1, memPct: 1 },
  ])
    expect((await add([bad])).status).toBe(422)
})

test.each([
  ['no provider', { provider: undefined }],
  ['no GPUs', { gpuCount: 0 }],
  ['half a GPU', { gpuCount: 0.5 }],
  ['a rate of seven decimals', { hourlyRateUsd: 0.0000001 }],
  ['a negative rate', { hourlyRateUsd: -1 }],
  ['1e308', { hourlyRateUsd: 1e308 }],
  ['30 February', { status: 'running', startedAt: '2026-02-30T00:00:00Z' }],
  [
    'finish before start',
    { status: 'failed', startedAt: '2026-01-02T00:00:00Z', finishedAt: '2026-01-01T00:00:00Z' },
  ],
  ['an unknown status', { status: 'paused' }],
  ['an unknown field', { colour: 'red' }],
])('%s is refused', async (_what, body) => {
  expect((await post(JOBS, await newPerson(), { ...job, ...body })).status).toBe(422)
})

test('viewers read jobs, members write them', async () => {
  const { owner, join } = await newTeam()
  await create(owner)
  const viewer = await join('viewer')
  expect((await get(JOBS, viewer)).body.items).toHaveLength(1)
  expect((await post(JOBS, viewer, job)).status).toBe(403)
  expect((await post(JOBS, await join('member'), job)).status).toBe(201)
})

test('the price table is listed by provider and GPU', async () => {
  const person = await newPerson()
  const { body } = await get('/api/v1/costs/prices?provider=AWS&gpuType=nvidia%20h100&count=true', person)
  expect(body).toMatchObject({ total: 2, nextCursor: null })
  expect(body.items.map((one: { unitPriceUsd: string }) => one.unitPriceUsd)).toEqual(['12.29', '6.88'])
})

test('the database computes the same hours and costs as the functions', async () => {
  const random = randomFrom(SEED)
  const jobs = Array.from({ length: casesOf(20_000) }, () => {
    const startedAt = Date.UTC(2026, 0) + random.below(1e9)
    return {
      gpuCount: 1 + random.below(64),
      startedAt,
      finishedAt: random.chance(0.3) ? null : startedAt + random.below(random.chance(0.5) ? 1e4 : 1e9),
      priceMicroUsd: random.below(20_000_000),
    }
  })
  const now = Date.UTC(2026, 1)
  const { results } = await env.DB.prepare(
    `WITH j AS (SELECT value ->> 'gpuCount' AS gpu_count, value ->> 'startedAt' AS started_at, value ->> 'finishedAt' AS finished_at,
       value ->> 'priceMicroUsd' AS price_micro_usd FROM json_each(?1))
     SELECT ${microHoursSql('j', 'coalesce(j.finished_at, ?2)')} AS hours, ${costMicroUsdSql('j', 'coalesce(j.finished_at, ?2)')} AS cost FROM j`,
  )
    .bind(JSON.stringify(jobs), now)
    .all<{ hours: number; cost: number }>()
  jobs.forEach((one, at) => {
    const expected = { hours: microHoursOf(one, now), cost: costMicroUsdOf(one, now) }
    expect(results[at], `${repeatWith(SEED, jobs.length)}, case ${at}`).toEqual(expected)
  })
})
