import { expect, test } from 'vitest'
import { get } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, newTeam } from '../../helpers/people.ts'
import { create } from './workflows.ts'

const UPCOMING = '/api/v1/workflows/triggers/upcoming'
const daily = { type: 'schedule', key: 'morning', cron: '0 7 * * *', timezone: 'Europe/Berlin' }
const hourly = { type: 'schedule', key: 'often', everyMs: 3_600_000 }

test('schedules of the team are listed by their next fires, each as often as requested', async () => {
  const { owner, join } = await newTeam()
  const made = await create(owner, { name: 'Report', triggers: [daily, hourly] })
  expect(made.status).toBe(201)
  const viewer = await join('viewer')
  const { body } = await get(UPCOMING, viewer)
  expect(body.items.map((one: any) => one.triggerKey).sort()).toEqual(['morning', 'often'])
  const morning = body.items.find((one: any) => one.triggerKey === 'morning')
  expect(morning).toMatchObject({
    workflowId: made.body.id,
    workflowName: 'Report',
    cron: '0 7 * * *',
    everyMs: null,
    timezone: 'Europe/Berlin',
  })
  expect(Date.parse(morning.at)).toBeGreaterThan(clock.now())
  const five = (await get(`${UPCOMING}?each=5&workflowId=${made.body.id}`, viewer)).body.items
  expect(five).toHaveLength(10)
  const times = five.map((one: any) => Date.parse(one.at))
  expect(times).toEqual([...times].sort((a, b) => a - b))
  const mornings = five.filter((one: any) => one.triggerKey === 'morning')
  const hours = mornings.map((one: any) =>
    new Date(one.at).toLocaleTimeString('en-GB', {
      timeZone: 'Europe/Berlin',
      hour: '2-digit',
      minute: '2-digit',
    }),
  )
  expect(hours).toEqual(Array.from({ length: 5 }, () => '07:00'))
  expect((await get(`${UPCOMING}?limit=1`, viewer)).body.items).toHaveLength(1)
})

test('disabled schedules do not fire, and another team sees nothing', async () => {
  const person = await newPerson()
  await create(person, { triggers: [daily], active: false })
  expect((await get(UPCOMING, person)).body.items).toEqual([])
  await create(person, { name: 'Other', triggers: [hourly] })
  expect((await get(UPCOMING, person)).body.items).toHaveLength(1)
  expect((await get(UPCOMING, await newPerson())).body.items).toEqual([])
})
