// Integrations for tests.
import { inject } from 'vitest'
import { post } from '../../helpers/api.ts'
import type { Person } from '../../helpers/people.ts'

export const PATH = '/api/v1/users/integrations'

export const target = (): string => inject('httpTarget')
export const targetHost = (): string => new URL(target()).host

let made = 0

export const body = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: 'http.bearer',
  name: `Integration ${++made}`,
  secrets: { token: 'a-token-of-some-length-7f3a' },
  allowedHosts: [targetHost()],
  ...more,
})

export async function newIntegration(
  as: Person,
  more: Record<string, unknown> = {},
): Promise<{ id: string; name: string; version: number; [field: string]: unknown }> {
  const answer = await post(PATH, as, body(more))
  if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`)
  return answer.body
}

/**
 * The fake server of models as the team's own. The name of a model selects its behaviour
 * (`test/fakes/models/script.ts`).
 */
export const newModelServer = (as: Person, more: Record<string, unknown> = {}) =>
  newIntegration(as, {
    type: 'ai.compatible',
    config: { baseUrl: `${inject('modelProviders')}/compatible/v1` },
    secrets: { apiKey: 'the-key-of-the-team' },
    allowedHosts: undefined,
    ...more,
  })
