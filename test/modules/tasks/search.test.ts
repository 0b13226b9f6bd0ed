import { expect, test } from 'vitest'
import { call, get } from '../../helpers/api.ts'
import { newPerson } from '../../helpers/people.ts'
import { newTask, pureSteps, TASKS, verb } from './tasks.ts'

test('words are found in title, description and result, also after changes', async () => {
  const [ada, eve] = [await newPerson(), await newPerson()]
  const a = await newTask(ada, { title: 'Call the Käsehändler', description: 'about the offer' })
  const b = await newTask(ada, { title: 'Write', input: pureSteps('a zebra crossed') })
  await newTask(eve, { title: 'Call the zebra' })
  const find = async (q: string, more = ''): Promise<string[]> => {
    const answer = await get(`${TASKS}?q=${encodeURIComponent(q)}${more}`, ada)
    expect(answer.status, answer.text).toBe(200)
    return answer.body.items.map(({ id }: { id: string }) => id)
  }
  expect(await find('kasehandler')).toEqual([a.id])
  expect(await find('offer call')).toEqual([a.id])
  expect(await find('zebra')).toEqual([])
  expect(await find('" OR 1=1 -- *')).toEqual([])
  await verb(ada, b.id, 'execute', undefined, { prefer: 'wait=10' })
  await expect.poll(() => find('zeb')).toEqual([b.id])
  await call('PATCH', `${TASKS}/${a.id}`, { as: ada, body: { title: 'Something else' } })
  await expect.poll(() => find('kasehandler')).toEqual([])
  expect(await find('write', '&status=draft')).toEqual([])
  await call('DELETE', `${TASKS}/${b.id}`, { as: ada })
  await expect.poll(() => find('zebra')).toEqual([])
  expect((await call('POST', `${TASKS}/search/rebuild`, { as: ada })).status).toBe(204)
  expect(await find('something')).toEqual([a.id])
})
