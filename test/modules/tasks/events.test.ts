import { env } from 'cloudflare:workers'
// Notifications about changes of tasks: to sockets on the channels of the team and of one task, and to webhooks.
// Objects know the followers and the times of webhooks, and use the real clock.
import { expect, test } from 'vitest'
import { remindOfTasks } from '../../../src/modules/tasks/reminders/service.ts'
import { TeamEvent } from '../../../src/objects/team-events.ts'
import { call, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'
import { clock, useRealTime } from '../../helpers/clock.ts'
import { runCronTasks, runJobsOfType, withContext } from '../../helpers/jobs.ts'
import { newPerson } from '../../helpers/people.ts'
import { type Live, socket } from '../realtime/sockets.ts'
import { newEndpoint, newReceiver, type Receiver, signatureOf } from '../webhooks/receiver.ts'
import { failingSteps, newTask, pureSteps, TASKS, untilStatus, verb } from './tasks.ts'

type TaskEvent = {
  type: string
  data: { id: string; status: string; progress: number; error: unknown; dueAt: string | null }
}

const eventsOf = (live: Live, channel: string, id: string): TaskEvent[] =>
  live.events(channel).flatMap(({ event }) => (event.data.id === id ? [event] : []))
const types = (events: TaskEvent[]): string[] => events.map(({ type }) => type)

test('a socket gets the events of a task from its creation to its end, in order, and of no other team', async () => {
  useRealTime()
  const [ada, eve] = [await newPerson(), await newPerson()]
  const live = await socket(ada, ['tasks'])
  const strange = await socket(eve, ['tasks'])
  const made = await newTask(ada, { input: {}, title: 'Call' })
  const { id } = made
  await live.until(() => types(eventsOf(live, 'tasks', id)).includes('task.created'))
  await call('PATCH', `${TASKS}/${id}`, { as: ada, body: { title: 'Call again' } })
  await verb(ada, id, 'execute')
  const { leaseToken } = (await post(`${TASKS}/claim`, ada, {})).body
  await call('PATCH', `${TASKS}/${id}/progress`, { as: ada, body: { progress: 40, leaseToken } })
  await live.until(() => types(eventsOf(live, 'tasks', id)).includes('task.progress'))
  await verb(ada, id, 'complete', { result: { price: 17 }, leaseToken })
  await live.until(() => types(eventsOf(live, 'tasks', id)).includes('task.completed'))
  const events = eventsOf(live, 'tasks', id)
  const order = ['task.created', 'task.started', 'task.progress', 'task.completed']
  expect(types(events).filter((type) => order.includes(type))).toEqual(order)
  // The queue sends changes of its fields.
  await runJobsOfType('realtime.publish')
  await live.until(() => types(eventsOf(live, 'tasks', id)).includes('task.updated'))
  expect(events.find(({ type }) => type === 'task.completed')?.data).toMatchObject({
    status: 'succeeded',
    progress: 100,
  })
  for (const event of events) expect(TeamEvent.safeParse(event).error).toBeUndefined()
  expect(strange.events('tasks')).toEqual([])
  live.close()
  strange.close()
})

test('one task is followed on its own channel, including why it is blocked and how it fails', async () => {
  useRealTime()
  const ada = await newPerson()
  const first = await newTask(ada, { input: failingSteps })
  const next = await newTask(ada)
  const live = await socket(ada, ['tasks', `task:${next.id}`])
  await call('PATCH', `${TASKS}/${next.id}`, { as: ada, body: { dependsOn: [{ taskId: first.id }] } })
  await verb(ada, next.id, 'execute')
  await live.until(() => types(eventsOf(live, `task:${next.id}`, next.id)).includes('task.blocked'))
  await verb(ada, first.id, 'execute')
  await live.until(() => types(eventsOf(live, 'tasks', first.id)).includes('task.failed'))
  expect(
    eventsOf(live, 'tasks', first.id).find(({ type }) => type === 'task.failed')?.data.error,
  ).toMatchObject({
    message: 'It broke',
  })
  expect(live.events(`task:${next.id}`).every(({ event }) => event.data.id === next.id)).toBe(true)
  live.close()
})

const bodiesOf = async (receiver: Receiver): Promise<TaskEvent[]> =>
  (await receiver.received()).map(({ body }) => JSON.parse(body).data)

test('webhooks get the same events, signed, each once, and only those of their pattern', async () => {
  useRealTime()
  const ada = await newPerson()
  const [all, failures] = [newReceiver(), newReceiver()]
  const endpoint = await newEndpoint(ada, all.url, { events: ['task.*'] })
  await newEndpoint(ada, failures.url, { events: ['task.failed'] })
  const good = await newTask(ada, { input: pureSteps('done') })
  const bad = await newTask(ada, { input: failingSteps })
  await verb(ada, good.id, 'execute')
  await verb(ada, bad.id, 'execute')
  await untilStatus(ada, bad.id, 'failed')
  const of = async (id: string) => types((await bodiesOf(all)).filter(({ data }) => data.id === id)).sort()
  await eventually(async () => {
    expect(await of(good.id)).toEqual(['task.completed', 'task.created', 'task.started'])
    expect(await of(bad.id)).toEqual(['task.created', 'task.failed', 'task.started'])
  })
  expect(types(await bodiesOf(failures))).toEqual(['task.failed'])
  const received = await all.received()
  for (const one of received)
    expect(one.headers['webhook-signature']).toBe(await signatureOf(endpoint.secret, one))
  const ids = received.map(({ headers }) => headers['webhook-id'])
  expect(new Set(ids).size).toBe(ids.length)
})

test('an overdue task is reported once', async () => {
  useRealTime()
  const ada = await newPerson()
  const receiver = newReceiver()
  await newEndpoint(ada, receiver.url, { events: ['task.overdue'] })
  const { id } = await newTask(ada, { dueAt: new Date(clock.now() + 1_000).toISOString() })
  clock.advance(2_000)
  await eventually(async () => {
    // A tick handles one page of them, and other tests have some too.
    await runCronTasks('remind of due tasks')
    const found = (await bodiesOf(receiver)).filter(({ data }) => data.id === id)
    expect(found).toMatchObject([{ type: 'task.overdue', data: { status: 'draft' } }])
  })
})

test('an overdue task is reported to webhooks even if the process crashes right after the commit', async () => {
  useRealTime()
  const ada = await newPerson()
  const receiver = newReceiver()
  await newEndpoint(ada, receiver.url, { events: ['task.overdue'] })
  const { id } = await newTask(ada, { dueAt: new Date(clock.now() + 1_000).toISOString() })
  clock.advance(2_000)
  const dying = new Proxy(env.DB, {
    get: (d1, name: keyof D1Database) =>
      name === 'batch'
        ? async (statements: D1PreparedStatement[]) => {
            await d1.batch(statements)
            throw new Error('The process has died')
          }
        : d1[name].bind(d1),
  })
  const remind = () =>
    withContext((request) => remindOfTasks({ ...request, env: { ...request.env, DB: dying } }))
  await expect(remind()).rejects.toThrow('The process has died')
  clock.advance(11_000)
  await eventually(async () => {
    await runCronTasks('wake desks of tasks')
    const found = (await bodiesOf(receiver)).filter(({ data }) => data.id === id)
    expect(found).toMatchObject([{ type: 'task.overdue' }])
  })
})
