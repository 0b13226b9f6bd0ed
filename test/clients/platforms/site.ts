// Steps of platform tests on a running installation: connect an account, publish a zip, wait for the end.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { downloadZip } from 'client-zip'
import { call } from '../../e2e/client.ts'

export type Deployment = {
  id: string
  runId: string
  status: string
  url: string | null
  platformId: string | null
  error: { code: string; message: string } | null
  files: { total: number; changed: number; sent: number }
  createdAt: string
}

export type Site = Record<string, string | Uint8Array>

export type Account = { url: string; token: string }

export const send = <T>({ url, token }: Account, method: string, path: string, json?: unknown) =>
  call<T>(url, method, `/api/v1${path}`, { token, json })

export async function connect(account: Account, integration: object): Promise<string> {
  const { status, body } = await send<{ id: string }>(account, 'POST', '/users/integrations', integration)
  assert.equal(status, 201, JSON.stringify(body))
  return body.id
}

/** `deployment` contains everything except its source. */
export async function publish(account: Account, site: Site, deployment: object): Promise<Deployment> {
  const zip = await downloadZip(Object.entries(site).map(([name, input]) => ({ name, input }))).arrayBuffer()
  const uploaded = await fetch(`${account.url}/api/v1/files/upload`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${account.token}`,
      'x-filename': 'site.zip',
      'content-type': 'application/zip',
    },
    body: zip,
  })
  assert.ok(uploaded.ok, await uploaded.text())
  const body = { source: { zip: 'site.zip' }, production: true, ...deployment }
  const made = await send<Deployment>(account, 'POST', '/deployments', body)
  assert.equal(made.status, 201, JSON.stringify(made.body))
  return ended(account, made.body.id)
}

export async function ended(account: Account, id: string): Promise<Deployment> {
  for (;;) {
    const { body } = await send<Deployment>(account, 'GET', `/deployments/${id}`)
    if (['ready', 'failed', 'cancelled'].includes(body.status)) return body
    await pause(100)
  }
}
