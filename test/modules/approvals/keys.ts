// API keys of a person, and the responses to them.
import type { Scope } from '../../../src/http/scopes.ts'
import { type Answer, call, post } from '../../helpers/api.ts'
import type { Person } from '../../helpers/people.ts'

export type Key = { apiKey: string; teamId: string }

export async function keyOf(person: Person, ...scopes: Scope[]): Promise<Key> {
  const { body } = await post('/api/v1/auth/api-keys', person, { name: 'k', scopes })
  return { apiKey: body.key, teamId: person.teamId }
}

export const send = (as: Key | Person, path: string, body?: unknown, method = 'POST'): Promise<Answer<any>> =>
  call(method, `/api/v1${path}`, body === undefined ? { as } : { as, body })

export const coded = (answer: { status: number; body: any }): unknown[] => [answer.status, answer.body.code]

export const NO_SCOPE = [403, 'access.scope_missing']
