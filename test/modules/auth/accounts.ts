// Accounts created like by a client, with a known password.
import { env } from 'cloudflare:workers'
import { openContext } from '../../../src/context.ts'
import { newId } from '../../../src/core/ids.ts'
import { recordAddressFailure } from '../../../src/modules/auth/brute-force.ts'
import type { IssuedTokens } from '../../../src/modules/auth/sessions/schema.ts'
import { type Answer, type Caller, call, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'

export const PASSWORD = 'Blue-Comet-42'

export type Registered = Caller & {
  token: string
  refreshToken: string
  userId: string
  email: string
  teamId: string
}

export const freshEmail = (): string => `${newId('usr', clock.now())}@example.com`

export async function registered(email = freshEmail()): Promise<Registered> {
  const made = await post<IssuedTokens>('/api/v1/auth/register', undefined, { email, password: PASSWORD })
  if (made.status !== 201) throw new Error(`registration answered ${made.status}: ${made.text}`)
  return {
    token: made.body.accessToken,
    refreshToken: made.body.refreshToken,
    userId: made.body.user.id,
    email: made.body.user.email,
    teamId: made.body.user.personalTeamId,
  }
}

export const signIn = (email: string, password = PASSWORD, headers: Record<string, string> = {}) =>
  call<any>('POST', '/api/v1/auth/login', { body: { email, password }, headers })

export const refresh = (refreshToken: string): Promise<Answer<any>> =>
  post('/api/v1/auth/refresh', undefined, { refreshToken })

/** An address in a network that no other test uses. */
export const freshAddress = (): string =>
  `2001:db8:${[0, 0].map(() => Math.floor(Math.random() * 65_536).toString(16)).join(':')}::1`

/** As many failures of an address as `times` attempts would cause, without their hashes. */
export async function failFrom(address: string, times: number): Promise<void> {
  const request = openContext(env, { now: clock.now, requestId: 'req_test', defer: () => undefined, address })
  for (let i = 0; i < times; i++) await recordAddressFailure(request)
}
