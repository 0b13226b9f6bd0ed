// What tests of tasks share: bodies, and waiting for a status.
import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { type Answer, type Caller, call, get, post } from '../../helpers/api.ts'
import { eventually } from '../../helpers/changes.ts'

export const TASKS = '/api/v1/tasks'

export const pureSteps = (...values: string[]) => ({
  steps: values.map((value, at) => ({ id: `s${at}`, type: 'data.set', params: { values: { value } } })),
})

export const failingSteps = {
  steps: [{ id: 'boom', type: 'flow.fail', params: { code: 'test.boom', message: 'It broke' } }],
}

/** Waits for a signal, so that it stays active. */
export const waitingSteps = {
  steps: [{ id: 'hold', type: 'flow.waitForEvent', params: { name: 'task.go' } }],
}

export const newTask = async (as: Caller, body: Record<string, unknown> = {}): Promise<any> => {
  const answer = await post(TASKS, as, { title: 'A task', type: 'custom', input: pureSteps('done'), ...body })
  expect(answer.status, answer.text).toBe(201)
  return answer.body
}

export const taskOf = async (as: Caller, id: string): Promise<any> => {
  const answer = await get(`${TASKS}/${id}`, as)
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}

export const verb = (
  as: Caller,
  id: string,
  name: string,
  body?: unknown,
  headers = {},
): Promise<Answer<any>> =>
  call('POST', `${TASKS}/${id}/${name}`, { as, headers, ...(body === undefined ? {} : { body }) })

export const untilStatus = (as: Caller, id: string, ...statuses: string[]): Promise<any> =>
  eventually(async () => {
    const task = await taskOf(as, id)
    if (!statuses.includes(task.status))
      throw new Error(`${id} is ${task.status} (${JSON.stringify(task.reason)})`)
    if (task.status !== 'succeeded') return task
    // The desk stores the result of a run a little after its end.
    const find = 'SELECT 1 FROM tasks WHERE id = ? AND run_id IS NOT NULL AND result IS NULL'
    if ((await env.DB.prepare(find).bind(id).first()) !== null) throw new Error(`${id} has no result yet`)
    return taskOf(as, id)
  })

/** The id of a file of the team. */
export const upload = async (as: Caller, name: string, raw: BodyInit): Promise<string> => {
  const answer = await call('POST', '/api/v1/files/upload', { as, raw, headers: { 'x-filename': name } })
  expect(answer.status, answer.text).toBe(201)
  return answer.body.id
}
