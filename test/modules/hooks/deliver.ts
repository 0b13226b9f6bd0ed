// Deliveries like those of senders. The response may be anything that a workflow returns, so it is not checked
// against the contract.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { app, call } from '../../helpers/api.ts'
import { clock } from '../../helpers/clock.ts'
import { newPerson, type Person } from '../../helpers/people.ts'
import { type Definition, reported, runOf } from '../../helpers/runs.ts'
import { newTrigger } from '../../helpers/triggers.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

export const echo: Definition = {
  nodes: [{ id: 'got', type: 'data.set', params: { values: '{{ input }}' } }],
}

export const responding = (params: Record<string, unknown>): Definition => ({
  nodes: [{ id: 'answer', type: 'flow.respond', params }],
})

export type Hooked = {
  person: Person
  workflowId: string
  trigger: { id: string; key: string; token: string }
}

export async function hooked(
  config: Record<string, unknown> = {},
  definition: Definition = echo,
): Promise<Hooked> {
  const person = await newPerson()
  const workflowId = await newWorkflow(person.teamId, definition)
  const trigger = await newTrigger(person.teamId, workflowId, { type: 'webhook', ...config })
  return { person, workflowId, trigger }
}

export type Delivered = { status: number; headers: Headers; text: string; body: any }

export async function deliver(
  { trigger }: Pick<Hooked, 'trigger'>,
  options: { method?: string; path?: string; body?: BodyInit; headers?: Record<string, string> } = {},
): Promise<Delivered> {
  const { method = 'POST', path = '', body, headers = {} } = options
  const ctx = createExecutionContext()
  const request = new Request(`http://orrery.test/api/v1/hooks/${trigger.token}${path}`, {
    method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  })
  const response = await app.fetch(request, env, ctx)
  const text = await response.text()
  await waitOnExecutionContext(ctx)
  const isJson = (response.headers.get('content-type') ?? '').includes('json')
  const { status } = response
  const said = isJson && text !== '' ? JSON.parse(text) : text
  // From then on, `runsOf` knows it.
  if (status === 202 && said.runId) await reported(said.runId)
  return { status, headers: response.headers, text, body: said }
}

export const JSON_TYPE = { 'content-type': 'application/json' }

export const inputOf = async (delivered: Delivered): Promise<any> => {
  const view = await runOf(delivered.body.runId).view({ output: true })
  return view?.input
}

export const setSecret = ({ person, workflowId, trigger }: Hooked, secret: string) =>
  call('PUT', `/api/v1/workflows/${workflowId}/triggers/${trigger.key}/secret`, {
    as: person,
    body: { secret },
  })

const utf8 = (text: string) => new TextEncoder().encode(text)

export async function hmacOf(
  secret: string | Uint8Array,
  text: string,
  hash = 'SHA-256',
): Promise<Uint8Array> {
  const raw = typeof secret === 'string' ? utf8(secret) : secret
  const key = await crypto.subtle.importKey('raw', raw as BufferSource, { name: 'HMAC', hash }, false, [
    'sign',
  ])
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8(text)))
}

export const hexOf = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

export const nowSeconds = (): number => Math.floor(clock.now() / 1000)

/** Signs like a sender of Standard Webhooks. */
export async function signed(
  secret: string | Uint8Array,
  body: string,
  { id = `msg_${crypto.randomUUID()}`, at = nowSeconds() }: { id?: string; at?: number } = {},
): Promise<{ body: string; headers: Record<string, string> }> {
  const signature = btoa(String.fromCharCode(...(await hmacOf(secret, `${id}.${at}.${body}`))))
  return {
    body,
    headers: {
      ...JSON_TYPE,
      'webhook-id': id,
      'webhook-timestamp': String(at),
      'webhook-signature': `v1,${signature}`,
    },
  }
}

export async function runsOf(workflowId: string): Promise<string[]> {
  const { results } = await env.DB.prepare('SELECT id FROM runs WHERE workflow_id = ?')
    .bind(workflowId)
    .all<{ id: string }>()
  return results.map(({ id }) => id)
}
