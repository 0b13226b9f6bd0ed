// Threads for tests, and calls in them.
import { call, post } from '../../helpers/api.ts'
import type { Person } from '../../helpers/people.ts'

export const AGENTS = '/api/v1/agents'
export const THREADS = `${AGENTS}/threads`
const WAIT = { prefer: 'wait=20' }

export const OFFLINE = [{ provider: 'offline', model: 'rules-1' }]
/** A call of it waits for consent, so its thread is busy until somebody decides. */
export const KEEPER = {
  name: 'Keeper',
  models: OFFLINE,
  tools: [{ name: 'store.set', policy: 'ask', allowSelf: true }],
}
export const ASK_KEEPER = 'Use store.set with key "a" and value "b"'

export async function newThread(as: Person, body: object = {}) {
  const made = await post(THREADS, as, body)
  if (made.status !== 201) throw new Error(made.text)
  return made.body.id as string
}

/** The agent is in the call, unless `more` names one of the team. */
export const say = (
  as: Person,
  threadId: string,
  prompt: string,
  {
    headers = WAIT,
    agent = { models: OFFLINE },
    ...more
  }: { headers?: object; agent?: object; [field: string]: unknown } = {},
) =>
  call('POST', `${AGENTS}/execute`, {
    as,
    body: { agent, prompt, threadId, ...more },
    headers: headers as Record<string, string>,
  })
