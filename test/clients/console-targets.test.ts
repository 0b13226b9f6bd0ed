// Journeys through integrations, deployments and webhooks in a browser, on a real installation with fresh state. The services behind
// them are local servers: an API with one token, a receiver of webhooks, an OAuth 2 provider, and an S3 store that rejects invalid
// signatures.
import assert from 'node:assert/strict'
import { crc32 } from 'node:zlib'
import S3rver from '@20minutes/s3rver'
import { OAuth2Server } from 'oauth2-mock-server'
import { call } from '../e2e/client.ts'
import { forget, newStateDir } from '../e2e/installation.ts'
import { bodyOf, type Served, sendJson, serve } from '../fakes/serve.ts'
import {
  callAs,
  requireAccessible,
  requireNoFaults,
  requireNoSideways,
  signInAsDemo,
  takePicture,
  type Visit,
} from './console-browser.ts'
import { journeys } from './console-journeys.ts'
import { newTeamWithDemoAs } from './console-people.ts'

const BUCKET = 'site-bucket'
const GOOD_TOKEN = 'a-good-token-5678'

const storeDir = newStateDir()
const store = new S3rver({
  ...{ address: '127.0.0.1', port: 0, silent: true, directory: storeDir },
  configureBuckets: [{ name: BUCKET, configs: [] }],
})
const provider = new OAuth2Server()
let storeUrl: string
let services: Served
/** Whether the receiver of webhooks accepts them. */
let accepts = true
const received: string[] = []

const { at, enter, journey, stateDir } = journeys({
  open: async () => {
    services = await serve(() => async (request, response) => {
      const body = await bodyOf(request)
      if (request.url === '/hook') {
        received.push(body)
        sendJson(response, accepts ? 200 : 503, accepts ? { received: true } : { error: 'down for repairs' })
      } else sendJson(response, request.headers.authorization === `Bearer ${GOOD_TOKEN}` ? 200 : 401, {})
    })
    await provider.issuer.keys.generate('RS256')
    await provider.start(0, '127.0.0.1')
    storeUrl = `http://127.0.0.1:${(await store.run()).port}`
    const hosts = [services.url, storeUrl, provider.issuer.url ?? ''].map((url) => new URL(url).host)
    return { OUTBOUND_ALLOW_HOSTS: hosts.join(',') }
  },
  close: async () => {
    await Promise.all([services.close(), store.close(), provider.stop()])
    forget(storeDir)
  },
})

type Made = { id: string }

async function requireUnseen({ page }: Visit, secret: string): Promise<void> {
  assert.ok(!(await page.content()).includes(secret), 'a secret is in the page')
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))
  assert.ok(!stored.includes(secret), 'a secret is in the browser’s storage')
}

journey('an integration is added, fails, is rotated, guarded and deleted with its users named', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one, '/integrations')
  await page.getByText('No integrations yet').waitFor()
  await page.getByRole('link', { name: 'Add the first one' }).click()
  await page.getByLabel('Search types').fill('http bearer')
  await requireAccessible(one, 'the catalogue of integrations')
  await page.getByRole('link', { name: /HTTP bearer token/ }).click()
  const form = page.getByRole('form', { name: 'HTTP bearer token' })
  await form.getByLabel('Name').fill('Orders API')
  await form.getByLabel('Token', { exact: true }).fill('a-wrong-token-1234')
  await form.getByRole('button', { name: 'Add' }).click()
  await form.getByText('list the hosts that the secrets may be sent to').waitFor()
  await form.getByText('More settings').click()
  await form.getByLabel('Test URL (optional)').fill(`${services.url}/me`)
  await requireAccessible(one, 'the form of an integration')
  await form.getByRole('button', { name: 'Add' }).click()

  await page.getByText('••••1234').waitFor()
  await requireUnseen(one, 'a-wrong-token-1234')
  await page.getByRole('button', { name: 'Test', exact: true }).click()
  await page.getByText('Failing').first().waitFor()
  await page.getByRole('button', { name: 'Rotate' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Token', { exact: true }).fill(GOOD_TOKEN)
  await requireAccessible(one, 'the rotation of secrets')
  await dialog.getByRole('button', { name: 'Rotate' }).click()
  await page.getByText('••••5678').waitFor()
  await page.getByText(/the one before counts until/).waitFor()
  await page.getByRole('button', { name: 'Test', exact: true }).click()
  await page.getByText('Works').first().waitFor()
  await requireUnseen(one, GOOD_TOKEN)
  await page.getByRole('tab', { name: 'Tests' }).click()
  await page.getByRole('list', { name: 'Tests' }).getByRole('listitem').nth(1).waitFor()

  // A host that could collect the secret needs the secret itself.
  await page.getByRole('button', { name: 'Change' }).click()
  await dialog.getByLabel('Allowed hosts').fill('api.example.com')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.getByText(/Type them again to prove that you know them/).waitFor()
  await dialog.getByRole('button', { name: 'Leave it' }).click()

  await callAs(one, 'POST', '/workflows', {
    name: 'Order sync',
    definition: {
      nodes: [
        { id: 'get', type: 'http.request', credential: 'Orders API', params: { url: `${services.url}/` } },
      ],
    },
  })
  await page.getByRole('tab', { name: 'Used by' }).click()
  await page.reload()
  await page.getByRole('link', { name: /Order sync/ }).waitFor()
  await takePicture(one, 'integration-usage')
  await page.getByRole('button', { name: 'Delete' }).click()
  await dialog.getByText('Order sync').waitFor()
  await dialog.getByRole('button', { name: 'Delete it anyway' }).click()
  await page.getByText('No integrations yet').waitFor()
  // Chromium reports the two forms that were refused.
  assert.deepEqual(
    one.faults.filter((fault) => !/^Failed to load resource: .* 422 /.test(fault)),
    [],
  )
  await one.context.close()
})

journey('a person consents at a provider, and comes back to the integration', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one, '/integrations/new?type=oauth2.authorization-code')
  const form = page.getByRole('form', { name: 'OAuth 2 with consent' })
  await form.getByText(`${at.server.url}/api/v1/users/integrations/callback`).first().waitFor()
  await form.getByLabel('Provider').selectOption('github')
  assert.equal(await form.getByLabel('Token URL').count(), 0)
  await form.getByLabel('Provider').selectOption('custom')
  await form.getByLabel('Name').fill('People')
  await form.getByLabel('Authorization URL').fill(`${provider.issuer.url}/authorize`)
  await form.getByLabel('Token URL').fill(`${provider.issuer.url}/token`)
  await form.getByLabel('Client id').fill('console')
  await form.getByLabel('Client secret (optional)', { exact: true }).fill('secret-of-the-client')
  await form.getByLabel('Allowed hosts').fill(new URL(services.url).host)
  await form.getByRole('button', { name: 'Add' }).click()
  await page.getByText('A person has to consent at the provider before it works.').waitFor()
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByText('The integration "People" is connected.').waitFor()
  await page.getByRole('link', { name: 'Continue in the console' }).click()
  await page.getByText('Not tested', { exact: true }).first().waitFor()
  await page.getByRole('button', { name: 'Connect again' }).waitFor()
  await requireAccessible(one, 'a connected integration')
  requireNoFaults(one)
  await one.context.close()
})

journey('a site is planned, deployed, promoted, rolled back and deleted, and its log is shown', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one, '/deployments')
  await page.getByText('No deployments yet').waitFor()
  await callAs(one, 'POST', '/users/integrations', {
    ...{ type: 'aws-s3', name: 'Site bucket' },
    config: { bucket: BUCKET, region: 'us-east-1', endpoint: storeUrl, pathStyle: true },
    secrets: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
  })
  await page.getByRole('link', { name: 'Deploy a site' }).click()
  await page.getByText('AWS S3 and compatible stores').click()
  await page.getByLabel('Integration', { exact: true }).selectOption({ label: 'Site bucket' })
  await page.getByLabel('Project', { exact: true }).fill('docs')
  await page.getByRole('tab', { name: 'A zip' }).click()
  await page.locator('input[type=file]').setInputFiles({
    name: 'site.zip',
    mimeType: 'application/zip',
    buffer: zipOf('index.html', '<!doctype html><p>Hello</p>'),
  })
  await page
    .getByRole('combobox', { name: 'Zip of the team' })
    .and(page.locator('[value$="site.zip"]'))
    .waitFor()
  await page.getByRole('button', { name: 'Show what would change' }).click()
  await page.getByText('1 to send').waitFor()
  await requireAccessible(one, 'the form of a deployment')
  await page.getByLabel('Message (optional)').fill('The first version')
  await page.getByRole('button', { name: 'Deploy a preview' }).click()

  await page.getByText('Ready', { exact: true }).first().waitFor()
  await page.getByRole('log').getByText('Sent index.html').waitFor()
  await page.getByRole('link', { name: /docs\/_previews\// }).waitFor()
  await requireAccessible(one, 'a deployment')
  await takePicture(one, 'deployment')
  await page.getByRole('button', { name: 'Promote' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Promote' }).click()
  await page.getByText('public', { exact: true }).waitFor()
  await page.getByRole('tab', { name: 'Files 1' }).click()
  await page.getByText('index.html').first().waitFor()
  await page.getByRole('tab', { name: 'Details' }).click()
  await page.getByText(/Promoted, from/).waitFor()

  // Another version replaces it, and then the promoted one comes back.
  const promoted = new URL(page.url()).pathname
  await page.getByRole('link', { name: 'Deploy with changes' }).click()
  await page.getByLabel('Message (optional)').fill('The second version')
  await page.getByRole('button', { name: 'Deploy', exact: true }).click()
  await page.getByText('public', { exact: true }).waitFor()
  await page.goto(promoted)
  await page.getByRole('button', { name: 'Go back to it' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Go back' }).click()
  await page.getByText('public', { exact: true }).waitFor()
  await page.getByRole('tab', { name: 'Details' }).click()
  await page.getByText(/Rolled back, from/).waitFor()

  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByLabel(/Keep it at the platform/).check()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the deployment' }).click()
  await page.getByRole('table', { name: 'Deployments' }).getByText('The second version').waitFor()
  await requireAccessible(one, 'the list of deployments')
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/deployments\/dep_/)
  requireNoFaults(one)
  await one.context.close()
})

journey('a webhook is added, tested, fails, is sent again, rotated, paused and deleted', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one, '/settings/webhooks')
  await page.getByText('No webhooks yet').waitFor()
  await page.getByRole('button', { name: 'Add a webhook' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('URL').fill(`${services.url}/hook`)
  await dialog.getByText('1 event chosen').waitFor()
  await dialog.getByLabel(/^run\.succeeded/).check()
  await dialog.getByText('2 events chosen').waitFor()
  await requireAccessible(one, 'the form of a webhook')
  await dialog.getByRole('button', { name: 'Add the webhook' }).click()
  const secret = (await dialog.getByText(/^whsec_/).textContent())?.trim() ?? ''
  assert.match(secret, /^whsec_/)
  await dialog.getByRole('button', { name: 'I have stored it' }).click()
  await page.getByText('Nothing was sent in the last 30 days').waitFor()
  await requireUnseen(one, secret)

  await page.getByRole('button', { name: 'Test', exact: true }).click()
  await dialog.getByLabel('Event').selectOption('run.failed')
  await dialog.getByRole('button', { name: 'Send it' }).click()
  await dialog.getByText('Delivered').waitFor()
  await dialog.getByText('{"received":true}').waitFor()
  await requireAccessible(one, 'the result of a test')
  await dialog.getByRole('button', { name: 'Close' }).first().click()
  assert.match(received[0] ?? '', /run\.failed/)

  accepts = false
  const workflow = await callAs<Made>(one, 'POST', '/workflows', {
    name: 'Quick',
    definition: { nodes: [{ id: 'say', type: 'data.set', params: { values: { text: 'done' } } }] },
  })
  await callAs(one, 'POST', `/workflows/${workflow.id}/execute`, { input: {} })
  const deliveries = page.getByRole('list', { name: 'Deliveries' })
  const delivery = deliveries.getByRole('button', { name: /run\.succeeded/ })
  await delivery.getByText(/503/).waitFor()
  await requireAccessible(one, 'the deliveries of a webhook')
  await takePicture(one, 'webhook')
  accepts = true
  await delivery.click()
  await dialog.getByText('down for repairs').waitFor()
  await dialog.getByRole('button', { name: 'Send again' }).click()
  await dialog.getByText('Delivered').waitFor()
  await page.keyboard.press('Escape')

  await page.getByRole('button', { name: 'Rotate' }).click()
  await dialog.getByRole('button', { name: 'Rotate' }).click()
  await dialog.getByText(/also signed with the old one until/).waitFor()
  await dialog.getByRole('button', { name: 'I have stored it' }).click()
  await page.getByText('also signs, and ends').waitFor()
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByText('Paused').waitFor()
  await page.getByRole('button', { name: 'Enable' }).click()
  await page.getByText('Active', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Delete' }).click()
  await dialog.getByRole('button', { name: 'Delete the webhook' }).click()
  await page.getByText('No webhooks yet').waitFor()
  requireNoFaults(one)
  await one.context.close()
})

journey('a viewer sees integrations and deployments without buttons, also on a phone', async () => {
  const { teamId, ownerToken } = await newTeamWithDemoAs('viewer', at.server.url, stateDir)
  const made = await call<Made>(at.server.url, 'POST', '/api/v1/users/integrations', {
    token: ownerToken,
    headers: { 'x-team-id': teamId },
    json: {
      ...{ type: 'http.bearer', name: 'Billing', allowedHosts: ['api.example.com'] },
      secrets: { token: 'a-secret-token-9999' },
    },
  })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const { id } = made.body
  const viewer = await enter({ width: 390, height: 844, theme: 'dark', touch: true })
  const { page } = viewer
  await signInAsDemo(viewer, `/integrations?team=${teamId}`)
  await page.getByRole('link', { name: /Billing/ }).waitFor()
  assert.equal(await page.getByRole('link', { name: 'Add' }).count(), 0)
  await requireNoSideways(viewer, 'the list of integrations on a phone')
  await page.goto(`/integrations/${id}?team=${teamId}`)
  await page.getByText('••••9999').waitFor()
  for (const name of ['Test', 'Change', 'Rotate', 'Delete'])
    assert.equal(await page.getByRole('button', { name, exact: true }).count(), 0, name)
  await requireNoSideways(viewer, 'an integration on a phone')
  await requireAccessible(viewer, 'an integration on a phone')
  await takePicture(viewer, 'integration-phone-dark')
  await page.goto(`/deployments?team=${teamId}`)
  await page.getByText('No deployments yet').waitFor()
  assert.equal(await page.getByRole('link', { name: 'Deploy a site' }).count(), 0)
  await page.goto(`/settings/webhooks?team=${teamId}`)
  await page.getByText('Members of the team can see them').waitFor()
  await requireNoSideways(viewer, 'the settings of webhooks on a phone')
  requireNoFaults(viewer)
  await viewer.context.close()
})

/** A zip with one file, stored without compression. */
function zipOf(name: string, content: string): Buffer {
  const data = Buffer.from(content)
  const path = Buffer.from(name)
  const fixed = Buffer.alloc(26)
  fixed.writeUInt16LE(20, 0)
  fixed.writeUInt32LE(crc32(data), 10)
  fixed.writeUInt32LE(data.length, 14)
  fixed.writeUInt32LE(data.length, 18)
  fixed.writeUInt16LE(path.length, 22)
  const local = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), fixed, path, data])
  const central = Buffer.concat([
    Buffer.from('PK\u0001\u0002\u0014\u0000', 'latin1'),
    fixed,
    Buffer.alloc(14),
    path,
  ])
  const last = Buffer.alloc(22)
  last.write('PK\u0005\u0006', 'latin1')
  last.writeUInt16LE(1, 8)
  last.writeUInt16LE(1, 10)
  last.writeUInt32LE(central.length, 12)
  last.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, central, last])
}
