import { expect, test } from 'vitest'
import { dayOf } from '../../../src/core/clock.ts'
import { addDays, monthEnd, monthStart } from '../../../src/modules/finops/summaries/period.ts'
import { randomFrom } from '../../contract/support/random.ts'
import { get } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { insertRows, randomRow } from './brute-force.ts'
import { COSTS, postCost } from './rows.ts'

async function recordDays(person: Person, days: number, usd: number, provider = 'aws'): Promise<void> {
  const today = dayOf(clock.now())
  const rows = Array.from({ length: days }, (_, back) => ({
    ...randomRow(randomFrom(1), back),
    table: 'cost_snapshots' as const,
    id: `cst_${provider}${person.userId}${back}`,
    date: addDays(today, -1 - back),
    provider,
    labels: { env: provider },
    cost: usd * 1_000_000,
    hours: 0,
  }))
  await insertRows(person.teamId, rows)
}

test('the forecast is for this month, and accepts the filters of the total', async () => {
  const person = await newPerson()
  await recordDays(person, 60, 2)
  await recordDays(person, 60, 3, 'gcp')
  const today = dayOf(clock.now())
  const days = Number(monthEnd(today).slice(8))
  const all = (await get(`${COSTS}/forecast`, person)).body
  expect(all).toMatchObject({ method: 'weekday_mean', asOf: addDays(today, -1), note: null })
  expect(all.monthEnd).toEqual({ usd: 5 * days, low: 5 * days, high: 5 * days })
  expect([all.days[0].date, all.days.length]).toEqual([monthStart(today), days])
  const byProvider = (await get(`${COSTS}/forecast?provider=gcp`, person)).body
  expect(byProvider.monthEnd.usd).toBe(3 * days)
  expect((await get(`${COSTS}/forecast?label=env%3Daws`, person)).body.monthEnd.usd).toBe(2 * days)
})

test('a team without costs has an empty forecast, with the reason', async () => {
  const { body } = await get(`${COSTS}/forecast`, await newPerson())
  expect([body.method, body.monthEnd, body.note]).toEqual([
    'daily_mean',
    { usd: 0, low: null, high: null },
    expect.stringMatching(/no recorded days/),
  ])
})

test('what is recorded is the least, unless there are credits, also where more was billed beside them on the same day', async () => {
  const person = await newPerson()
  const today = dayOf(clock.now())
  const cost = (back: number, costUsd: number, line: string) =>
    postCost(person, { date: addDays(today, -back), provider: 'aws', costUsd, source: 'bill', line })
  await cost(40, 0, 'first')
  await cost(5, 1_000, 'usage')
  const forecast = async () => (await get(`${COSTS}/forecast`, person)).body
  const before = await forecast()
  const recorded = before.days.reduce(
    (sum: number, day: { date: string; usd: number }) => sum + (day.date <= before.asOf ? day.usd : 0),
    0,
  )
  expect(before.monthEnd.low).toBe(recorded)
  await cost(5, -1, 'credit')
  expect((await forecast()).monthEnd.low).toBeLessThan(recorded - 1)
})
