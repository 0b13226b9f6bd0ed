import { expect, test } from 'vitest'
import { call, get } from '../../helpers/api.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { admin, auditOf, COSTS, daysOf, postCost, setRate } from './rows.ts'

test('a cost is recorded, corrected and deleted, and the audit log keeps the old amount', async () => {
  const person = await newPerson()
  const made = await postCost(person, {
    gpuType: 'H100',
    service: 'EC2',
    labels: { env: 'prod' },
    costUsd: 12.345678,
  })
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({
    costUsd: 12.345678,
    currency: 'USD',
    cost: 12.345678,
    resource: null,
    line: null,
  })
  const { id } = made.body
  const again = await postCost(person, { gpuType: 'H100', service: 'EC2', costUsd: -3 })
  expect([again.status, again.body.id, again.body.costUsd]).toEqual([200, id, -3])
  expect(again.body.labels).toEqual({ env: 'prod' })
  const added = await postCost(person, { gpuType: 'H100', service: 'EC2', costUsd: 0.000001, mode: 'add' })
  expect(added.body).toMatchObject({ costUsd: -2.999999, version: 3 })
  const { kept, computed } = await daysOf(person.teamId)
  expect(kept).toEqual(computed)
  // A day and its month.
  expect(kept).toHaveLength(2)
  expect((await call('DELETE', `${COSTS}/${id}`, { as: person })).status).toBe(204)
  expect((await get(`${COSTS}/${id}`, person)).status).toBe(404)
  expect((await daysOf(person.teamId)).kept).toEqual([])
  expect((await auditOf(id)).map(({ action, before }) => [action, before?.costUsd])).toEqual([
    ['cost.created', undefined],
    ['cost.corrected', 12.345678],
    ['cost.corrected', -3],
    ['cost.deleted', -2.999999],
  ])
})

test('a row is corrected by its id, and only in the version that was read', async () => {
  const person = await newPerson()
  await setRate('2026-01-31', 'SEK', '0.1')
  const made = await postCost(person, { costUsd: 10, listCostUsd: 12, labels: { env: 'prod' } })
  const path = `${COSTS}/${made.body.id}`
  const correct = (body: object, version: number) =>
    call('PATCH', path, { as: person, body, headers: { 'if-match': `"${version}"` } })
  const first = await correct({ costUsd: 9.5 }, 1)
  expect([first.status, first.headers.get('etag')]).toEqual([200, '"2"'])
  expect(first.body).toMatchObject({ costUsd: 9.5, listCostUsd: null, labels: { env: 'prod' }, version: 2 })
  const stale = await correct({ costUsd: 8 }, 1)
  expect([stale.status, stale.body.code]).toEqual([412, 'resource.stale'])
  const labelled = await correct({ labels: { env: 'test' } }, 2)
  expect(labelled.body).toMatchObject({ costUsd: 9.5, labels: { env: 'test' }, version: 3 })
  const inKrona = await correct({ currency: 'SEK', cost: 40, listCost: 50 }, 3)
  expect(inKrona.body).toMatchObject({ costUsd: 4, listCostUsd: 5, cost: 40, currency: 'SEK', version: 4 })
  for (const body of [
    { cost: 3 },
    { listCostUsd: 3 },
    { currency: 'SEK', costUsd: 3 },
    { date: '2026-01-30' },
  ])
    expect((await correct(body, 4)).status, JSON.stringify(body)).toBe(422)
  expect((await auditOf(made.body.id)).map(({ before, after }) => [before?.costUsd, after?.costUsd])).toEqual(
    [
      [undefined, 10],
      [10, 9.5],
      [9.5, 9.5],
      [9.5, 4],
    ],
  )
  const { kept, computed } = await daysOf(person.teamId)
  expect(kept).toEqual(computed)
})

test.each([
  ['date', { date: '2026-02-01' }],
  ['provider', { provider: 'gcp' }],
  ['GPU type', { gpuType: 'A100' }],
  ['service', { service: 'S3' }],
  ['resource', { resource: 'arn:1' }],
  ['source', { source: 'agent' }],
  ['line', { line: '2' }],
])('a row with another %s is another row', async (_what, other) => {
  const person = await newPerson()
  const [first, second] = [await postCost(person), await postCost(person, other)]
  expect([first.status, second.status]).toEqual([201, 201])
  expect((await postCost(person, other)).status).toBe(200)
})

test('concurrent additions are all counted', async () => {
  const person = await newPerson()
  await postCost(person, { costUsd: 0 })
  const answers = await Promise.all([1, 2, 3, 4].map(() => postCost(person, { costUsd: 0.1, mode: 'add' })))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect((await get(COSTS, person)).body.items[0].costUsd).toBe(0.4)
})

test('another currency is converted by the rate of the day, or the latest of the seven days before', async () => {
  const person = await newPerson()
  await setRate('2026-01-30', 'NOK', '1.0847')
  const inEuro = { costUsd: undefined, currency: 'NOK', cost: 100, listCost: 120.5 }
  const made = await postCost(person, inEuro)
  expect(made.body).toMatchObject({ costUsd: 108.47, listCostUsd: 130.70635, cost: 100, currency: 'NOK' })
  expect((await postCost(person, { ...inEuro, date: '2026-02-06' })).status).toBe(201)
  const missing = await postCost(person, { ...inEuro, date: '2026-02-07' })
  expect([missing.status, missing.body.code]).toEqual([422, 'cost.rate_missing'])
  expect(missing.body.detail).toMatch(/NOK for 2026-02-07/)
  expect((await postCost(person, { ...inEuro, date: '2026-01-29' })).body.code).toBe('cost.rate_missing')
  const more = await postCost(person, { ...inEuro, mode: 'add', cost: 1, listCost: undefined })
  expect(more.body).toMatchObject({ cost: 101, listCost: 121.5 })
  expect((await postCost(person, { mode: 'add' })).status).toBe(409)
})

test('platform administrators load rates, everybody reads them', async () => {
  const boss = await admin()
  const rates = [
    { date: '2031-05-01', currency: 'CHF', usdPerUnit: 1.25 },
    { date: '2031-05-02', currency: 'CHF', usdPerUnit: '1.123456789012' },
  ]
  const set = (as: typeof boss, body: object) => call('PUT', `${COSTS}/rates`, { as, body })
  expect((await set(boss, rates)).body).toEqual({ rates: 2 })
  const person = await newPerson()
  expect((await set(person, rates)).status).toBe(403)
  const page = (await get(`${COSTS}/rates?currency=CHF&limit=1&count=true`, person)).body
  expect(page).toMatchObject({ items: [{ date: '2031-05-02', usdPerUnit: '1.123456789012' }], total: 2 })
  const next = (await get(`${COSTS}/rates?currency=CHF&limit=1&cursor=${page.nextCursor}`, person)).body
  expect(next).toMatchObject({ items: [{ usdPerUnit: '1.25' }], nextCursor: null })
  for (const usdPerUnit of [0, -1, '1,5', 1e308, 'NaN'])
    expect((await set(boss, [{ ...rates[0], usdPerUnit }])).status).toBe(422)
  for (const currency of ['XXX', 'USD', 'eur', 'XAU'])
    expect((await set(boss, [{ ...rates[0], currency }])).status).toBe(422)
})

test.each([
  ['no amount', { costUsd: undefined }],
  ['seven decimals', { costUsd: 0.0000001 }],
  ['1e308', { costUsd: 1e308 }],
  ['30 February', { date: '2026-02-30' }],
  ['currency XXX', { currency: 'XXX', costUsd: undefined, cost: 1 }],
  ['dollars with another currency', { currency: 'EUR', costUsd: 1 }],
  ['an original amount in dollars', { cost: 1 }],
  ['no source', { source: undefined }],
  ['a label without a name', { labels: { '': 'x' } }],
])('a cost with %s is refused', async (_what, body) => {
  expect((await postCost(await newPerson(), body)).status).toBe(422)
})

test('the filters and sorts of the list', async () => {
  const person = await newPerson()
  await postCost(person, { resource: 'a', costUsd: 3, labels: { 'the "key"': "it's" } })
  await postCost(person, { resource: 'b', date: '2026-02-01', costUsd: 1, gpuType: 'H100' })
  await postCost(person, { resource: 'c', date: '2026-02-02', costUsd: 2, service: 'Object Storage' })
  const names = async (query: string) =>
    (await get(`${COSTS}?${query}`, person)).body.items
      .map((one: { resource: string }) => one.resource)
      .join('')
  expect(await names('')).toBe('cba')
  expect(await names('sort=-cost')).toBe('acb')
  expect(await names('sort=cost')).toBe('bca')
  expect(await names('from=2026-02-01&to=2026-02-01')).toBe('b')
  expect(await names('gpuType=H100')).toBe('b')
  expect(await names('q=object')).toBe('c')
  expect(await names(`label=${encodeURIComponent('the "key"=it\'s')}`)).toBe('a')
  expect(await names('label=other')).toBe('')
  expect(await names('currency=EUR')).toBe('')
  expect((await get(`${COSTS}?from=2026-02-02&to=2026-02-01`, person)).status).toBe(422)
  const pages = []
  let cursor: string | null = null
  do {
    const query: string = `?limit=1&sort=cost${cursor ? `&cursor=${cursor}` : ''}`
    const { body } = await get(COSTS + query, person)
    pages.push(body.items[0].resource)
    cursor = body.nextCursor
  } while (cursor)
  expect(pages.join('')).toBe('bca')
})

test('viewers read, members write, and other teams see nothing', async () => {
  const { owner, join } = await newTeam()
  await postCost(owner)
  const viewer = await join('viewer')
  expect((await get(COSTS, viewer)).body.items).toHaveLength(1)
  expect((await postCost(viewer)).status).toBe(403)
  expect((await postCost(await join('member'))).status).toBe(200)
  expect((await get(COSTS, await newPerson())).body.items).toEqual([])
})
