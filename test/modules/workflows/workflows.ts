// Definitions for the tests of this folder, and the calls they share.
import { type Answer, type Caller, call, post } from '../../helpers/api.ts'

export const WORKFLOWS = '/api/v1/workflows'

export const say = (text: string) => ({
  nodes: [{ id: 'say', type: 'data.set', params: { values: { text } } }],
})

export const create = (as: Caller, more: Record<string, unknown> = {}): Promise<Answer<any>> =>
  post(WORKFLOWS, as, { name: 'Greeter', definition: say('hello'), ...more })

export const put = (
  path: string,
  as: Caller,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<any>> => call('PUT', path, { as, body, headers })

export const sendText = (
  path: string,
  as: Caller,
  raw: string,
  type = 'application/json',
): Promise<Answer<any>> => call('POST', path, { as, raw, headers: { 'content-type': type } })
