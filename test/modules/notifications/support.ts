import { newId } from '../../../src/core/ids.ts'
import { type Notice, notify } from '../../../src/queue/notify.ts'
import { postMessages } from '../../../src/queue/post.ts'
import { type Caller, call, get, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { runJobs, withContext } from '../../helpers/jobs.ts'

export const NOTICE: Omit<Notice, 'to' | 'teamId'> = {
  kind: 'run.failed',
  title: 'Nightly report has failed',
  message: 'http.status: The server answered 500',
  subject: { type: 'run', id: 'run_1' },
}

/** Like a module does. Its job is processed immediately. */
export async function notifyPeople(notice: Partial<Notice> & Pick<Notice, 'to' | 'teamId'>): Promise<void> {
  const id = newId('msg', clock.now())
  const message = notify({ ...NOTICE, ...notice })
  await withContext((request) => postMessages(request.env, [{ id, message }], 'req_test', clock.now()))
  await runJobs(['event.dispatch', 'run.start', 'mail.send'])
}

const PATH = '/api/v1/users/notifications'

export const listOf = async (as: Caller, query = '') => (await get(`${PATH}${query}`, as)).body

export const setSettings = (as: Caller, body: unknown) => call('PUT', `${PATH}/settings`, { as, body })

/** A sign-in expires when the clock is moved, a key does not. */
export async function newKey(as: Caller): Promise<Caller> {
  const scopes = ['notifications:read', 'notifications:write']
  return { apiKey: (await post('/api/v1/auth/api-keys', as, { name: 'test', scopes })).body.key }
}
