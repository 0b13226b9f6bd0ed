// A receiver of webhooks outside workerd that answers by script, and what it has received.
import { env } from 'cloudflare:workers'
import { inject } from 'vitest'
import { hmac, toBase64, utf8 } from '../../../src/core/crypto.ts'
import { newId } from '../../../src/core/ids.ts'
import { KEY_SCOPES } from '../../../src/http/scopes.ts'
import { type PublicEvent, recordEvents, sendDue } from '../../../src/modules/webhooks/index.ts'
import { type Caller, call, post } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { runJobs, withContext } from '../../helpers/jobs.ts'
import type { Person } from '../../helpers/people.ts'

export type Received = { headers: Record<string, string>; body: string }

export type Receiver = { url: string; received: () => Promise<Received[]> }

/** `answers` is a list of statuses, the last of which is repeated. Other fields are headers of each response. */
export function newReceiver(script: Record<string, string> = {}): Receiver {
  const name = crypto.randomUUID()
  const origin = inject('httpTarget')
  return {
    url: `${origin}/hook/${name}?${new URLSearchParams(script)}`,
    received: async () => (await fetch(`${origin}/hooked/${name}`)).json(),
  }
}

export type Endpoint = { id: string; secret: string; version: number }

/**
 * By default for events of `record`: an endpoint for all events also gets its own creation, which the queue delivers at
 * any time.
 */
export async function newEndpoint(
  person: Caller,
  url: string,
  more: Record<string, unknown> = {},
): Promise<Endpoint> {
  const answer = await post('/api/v1/webhooks', person, { url, events: ['run.*', 'order.*'], ...more })
  if (answer.status !== 201) throw new Error(answer.text)
  return answer.body
}

export const getEndpoint = async (person: Caller, id: string) =>
  (await call('GET', `/api/v1/webhooks/${id}`, { as: person })).body

export const deliveriesOf = async (person: Caller, id: string, query = '') =>
  (await call('GET', `/api/v1/webhooks/${id}/deliveries${query}`, { as: person })).body.items

/** Like a module does with its own event. */
export async function record(
  teamId: string,
  type = 'run.failed',
  data: unknown = { error: null },
): Promise<string> {
  const id = newId('evt', clock.now())
  const at = new Date(clock.now()).toISOString()
  await withContext((request) =>
    recordEvents(request, [
      // Endpoints only use the name, so these need not be complete events.
      { id, event: { type, at, teamId, data } as unknown as PublicEvent, link: 'https://orrery.test/it' },
    ]),
  )
  return id
}

/** A pass over the endpoint's deliveries, on the clock of the test. */
export const pass = (lane: string) => withContext((request) => sendDue(request, lane))

/**
 * Sends the callbacks of a run that are due by the clock of the test. Its object sends those that are due by the real
 * clock. Claimed ones are left to it, although their claim may be over by the clock of the test.
 */
export async function sendCallbacks(runId: string): Promise<void> {
  await runJobs()
  const { results } = await env.DB.prepare(
    `SELECT DISTINCT lane FROM webhook_deliveries
     WHERE run_id = ? AND endpoint_id IS NULL AND claim IS NULL AND next_attempt_at > ?`,
  )
    .bind(runId, Date.now())
    .all<{ lane: string }>()
  for (const { lane } of results) await pass(lane)
}

/** Computed again here, from the specification. */
export async function signatureOf(secret: string, { headers, body }: Received): Promise<string> {
  const key = Uint8Array.from(atob(secret.replace('whsec_', '')), (char) => char.charCodeAt(0))
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  return `v1,${toBase64(await hmac('SHA-256', key, utf8(content)))}`
}

/** A person's sign-in expires when the clock is moved by days, a key does not. */
export async function withKey(person: Person): Promise<Person> {
  const scopes = [...KEY_SCOPES.filter((scope) => scope.endsWith(':read')), 'webhooks:write']
  const { body } = await post('/api/v1/auth/api-keys', person, { name: 'test', scopes })
  const { token: _token, ...rest } = person
  return { ...rest, apiKey: body.key } as Person
}
