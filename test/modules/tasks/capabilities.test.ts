import { expect, test } from 'vitest'
import { CAPABILITY_NAMES } from '../../../src/modules/tasks/types/capabilities.ts'
import { get, post } from '../../helpers/api.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { newTask, TASKS, untilStatus, upload } from './tasks.ts'

const refused = async (as: Person, input: unknown) => {
  const { status, body } = await post(TASKS, as, { title: 'x', type: 'custom', input })
  expect(status).toBe(422)
  return body.errors
}

const PARAMETERS: Record<(typeof CAPABILITY_NAMES)[number], Record<string, unknown>> = {
  buildSite: { name: 'Ada', pages: [{ title: 'Home', body: '<p>{{ 1 }}</p>' }] },
  checkCitations: { text: 'Water boils [1], ice floats [7].', sources: [{ title: 'Physics', text: '…' }] },
  checkCode: { files: [{ path: 'a.js', content: 'f(1' }] },
  checkNames: { text: 'Call `add` or `subtract`.', source: 'function add() {}' },
  checkNumbers: { text: 'The mean is 2.5.', data: { mean: 2.5 } },
  checkQuotes: {
    notes: [{ source: 1, claim: 'x', quote: 'boils' }],
    sources: [{ title: 'P', text: 'It boils.' }],
  },
  compareTexts: { before: 'a', after: 'a' },
  extractFields: {
    text: 'Ada, born 1815',
    schema: { type: 'object', properties: { name: { type: 'string' } } },
  },
  generateText: { prompt: 'Say {{ hello }}' },
  profileTable: { file: 'prices.csv' },
}

test.each(CAPABILITY_NAMES)('the capability %s works with its parameters', async (capability) => {
  const ada = await newPerson()
  await upload(ada, 'prices.csv', 'price\n10\n20\n')
  const { id } = await newTask(ada, {
    input: { capability, parameters: PARAMETERS[capability] },
    autoStart: true,
  })
  const task = await untilStatus(ada, id, 'succeeded', 'failed')
  expect(task.error).toBeNull()
  expect(task.result).not.toBeNull()
  const { steps } = (await get(`${TASKS}/${id}/steps`, ada)).body
  expect(steps).toMatchObject([{ id: 'work', status: 'succeeded' }])
})

test('an unknown capability is refused with the known ones and an alternative', async () => {
  const ada = await newPerson()
  const [error] = await refused(ada, { capability: 'fly', parameters: {} })
  expect(error).toMatchObject({ path: '/input/capability', message: expect.stringContaining('compareTexts') })
  expect(error.message).toContain('agentId')
})

test('parameters are checked when the task is created, each error with its path', async () => {
  const ada = await newPerson()
  const errors = await refused(ada, {
    capability: 'checkCode',
    parameters: { files: [{ path: 1, content: 'x' }], more: true },
  })
  expect(errors.map(({ path }: any) => path)).toEqual(['/input/parameters/files/0/path', '/input/parameters'])
  expect((await refused(ada, { capability: 'compareTexts' })).map(({ path }: any) => path)).toEqual([
    '/input/parameters/before',
    '/input/parameters/after',
  ])
  expect((await refused(ada, { parameters: {} }))[0].path).toBe('/input/parameters')
  expect((await refused(ada, { capability: 'checkCode', workflowId: 'wfl_x' }))[0].message).toContain(
    'Either',
  )
})

test('a schema that cannot be used is refused', async () => {
  const ada = await newPerson()
  const [error] = await refused(ada, {
    capability: 'generateText',
    parameters: { prompt: 'x', schema: { type: 'nonsense' } },
  })
  expect(error.path).toMatch(/^\/input\/parameters\/schema/)
})
