// Journeys through what a team has set up: the triggers of its workflows, its members, its keys, its log.
import assert from 'node:assert/strict'
import { readState } from '../e2e/installation.ts'
import { GITHUB_CLIENT, serveGithub } from '../fakes/github.ts'
import type { Served } from '../fakes/serve.ts'
import {
  callAs,
  requireAccessible,
  requireNoSideways,
  signInAsDemo,
  takePicture,
  type Visit,
} from './console-browser.ts'
import { journeys } from './console-journeys.ts'

let github: Served

const { enter, journey, stateDir } = journeys({
  open: async () => {
    github = await serveGithub()
    return {
      OAUTH_GITHUB_CLIENT_ID: GITHUB_CLIENT.clientId,
      OAUTH_GITHUB_CLIENT_SECRET: GITHUB_CLIENT.clientSecret,
      OAUTH_GITHUB_URL: github.url,
      OAUTH_GITHUB_API_URL: `${github.url}/api/v3`,
      OUTBOUND_ALLOW_HOSTS: new URL(github.url).host,
    }
  },
  close: async () => {
    await github.close()
  },
})

type Made = { id: string }

const STEPS = {
  nodes: [
    { id: 'price', type: 'data.set', name: 'Price', params: { values: { a: 1 } } },
    { id: 'sum', type: 'data.set', params: { values: { b: 1 } } },
  ],
  edges: [{ from: 'price', to: 'sum' }],
}

const newWorkflow = (one: Visit, name: string) =>
  callAs<Made>(one, 'POST', '/workflows', { name, definition: STEPS })

journey('a schedule, a webhook and an event are added, changed and deleted', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one)
  const { id } = await newWorkflow(one, 'Triggered')
  await page.goto(`/workflows/${id}?tab=triggers`)
  const dialog = page.getByRole('dialog')
  const add = async (type: RegExp) => {
    await page.getByRole('button', { name: 'Add a trigger' }).click()
    const option = dialog.getByLabel('Starts runs').locator('option', { hasText: type })
    await dialog.getByLabel('Starts runs').selectOption(await option.getAttribute('value'))
  }
  const save = async () => {
    await dialog.getByRole('button', { name: 'Add the trigger' }).click()
    await dialog.waitFor({ state: 'detached' })
  }
  await add(/^Schedule/)
  await dialog.getByLabel('Cron expression').fill('not a time')
  await dialog.getByRole('button', { name: 'Add the trigger' }).click()
  // The problem is at its field.
  const field = dialog.getByLabel('Cron expression')
  await field.and(page.locator('[aria-invalid=true]')).waitFor()
  await requireAccessible(one, 'the form of a trigger')
  await field.fill('30 8 * * MON-FRI')
  await dialog.getByLabel('Time zone').selectOption('Europe/Berlin')
  await save()
  await page.getByText('30 8 * * MON-FRI').waitFor()
  await page.getByText('its triggers start runs').waitFor()

  await add(/^Webhook/)
  await dialog.getByLabel('Who may call it').selectOption('header')
  await dialog.getByLabel('Header', { exact: true }).fill('x-token')
  await dialog.getByLabel('Secret', { exact: true }).fill('a-secret-of-17')
  await save()
  await add(/^Event/)
  await dialog.getByLabel('Name of the event').fill('order.*')
  await dialog.getByLabel('Runs begin at').selectOption('sum')
  await save()
  await page.getByRole('button', { name: 'Switch off' }).click()
  await page.getByText('its triggers start no runs').waitFor()
  await page.getByRole('button', { name: 'Switch on' }).click()
  await page.getByText('its triggers start runs').waitFor()
  await takePicture(one, 'triggers')

  // The webhook works, and says who was refused.
  const { items } = await callAs<{ items: { key: string; url?: string }[] }>(
    one,
    'GET',
    `/workflows/${id}/triggers`,
  )
  const url = items.find(({ key }) => key === 'webhook')?.url ?? ''
  const call = (token: string) => fetch(url, { method: 'POST', body: '{}', headers: { 'x-token': token } })
  assert.equal((await call('a-secret-of-17')).status, 202)
  assert.equal((await call('wrong')).status, 401)
  await page.getByRole('button', { name: 'Refused deliveries' }).click()
  await dialog.getByText('401').waitFor()
  await dialog.getByRole('button', { name: 'Close' }).last().click()

  await page.getByRole('button', { name: 'Edit schedule' }).click()
  await dialog.getByLabel('When').selectOption('interval')
  await dialog.getByLabel('Every').fill('2')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Every 2 h').waitFor()
  await page.getByRole('button', { name: 'Delete event' }).click()
  await dialog.getByRole('button', { name: 'Delete the trigger' }).click()
  await page.getByText('order.*').waitFor({ state: 'detached' })
  // The secret was not lost by the changes of others.
  assert.equal((await call('a-secret-of-17')).status, 202)
  await page.setViewportSize({ width: 390, height: 800 })
  await requireNoSideways(one, 'the triggers')
  await takePicture(one, 'triggers-390')
  requireNoFaultsButRefused(one)
})

/** A browser prints each refused request to its console. */
const requireNoFaultsButRefused = ({ faults }: Visit): void =>
  assert.deepEqual(
    faults.filter((fault) => !/^Failed to load resource: .* 422 /.test(fault)),
    [],
  )

journey('two people who change triggers at the same time both keep their change', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one)
  const { id } = await newWorkflow(one, 'Shared')
  await page.goto(`/workflows/${id}?tab=triggers`)
  await page.getByRole('button', { name: 'Add a trigger' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Cron expression').fill('0 12 * * *')
  await callAs(one, 'PUT', `/workflows/${id}/triggers`, {
    triggers: [{ type: 'event', name: 'other.event' }],
  })
  await dialog.getByRole('button', { name: 'Add the trigger' }).click()
  await dialog.getByText('It was changed in the meantime.').waitFor()
  await dialog.getByRole('button', { name: 'Add the trigger' }).click()
  await page.getByText('0 12 * * *').waitFor()
  await page.getByText('other.event').waitFor()
})

journey(
  'a team is renamed, its people are invited again, its log tells who did it, and it is deleted',
  async () => {
    const one = await enter()
    const { page } = one
    await signInAsDemo(one)
    const team = await callAs<Made>(one, 'POST', '/teams', { name: 'Observatory' })
    await page.goto(`/settings?page=members&team=${team.id}`)
    const itself = page.getByRole('region', { name: 'Observatory', exact: true })
    await itself.getByLabel('Name').fill('Planetarium')
    await itself.getByLabel('Description').fill('For visitors')
    await itself.getByRole('button', { name: 'Save' }).click()
    const renamed = page.getByRole('region', { name: 'Planetarium', exact: true })
    await renamed.waitFor()
    await page.getByLabel('E-mail').fill('vera@example.com')
    await page.getByRole('button', { name: 'Send the invitation' }).click()
    await page.getByRole('button', { name: 'Send again to vera@example.com' }).click()
    await page.getByText('is on its way to vera@example.com again').waitFor()
    await page.getByRole('button', { name: /^Take back the invitation/ }).click()
    await page.getByText('None.').waitFor()
    await page.getByLabel('Invitations').selectOption('revoked')
    await page.getByText('vera@example.com', { exact: true }).waitFor()
    await requireAccessible(one, 'the team')

    await page.getByRole('tab', { name: 'Audit log' }).click()
    const log = page.getByRole('region', { name: 'Audit log' })
    await log.getByText('invitation.revoked', { exact: true }).waitFor()
    await log.getByLabel('Action').fill('team.updated')
    await log.getByRole('button', { name: 'Filter' }).click()
    await log.getByText('1 entry').waitFor()
    await log.getByText('team.updated', { exact: true }).click()
    await log.getByText('Planetarium').nth(1).waitFor()
    assert.match(page.url(), /action=team\.updated/)
    await requireAccessible(one, 'the audit log')
    await takePicture(one, 'audit')
    await page.setViewportSize({ width: 390, height: 800 })
    await requireNoSideways(one, 'the audit log')
    await page.goto(`/settings?page=audit&action=no.such&team=${team.id}`)
    await page.getByText('No matching entries').waitFor()

    await page.setViewportSize({ width: 1440, height: 900 })
    await page.goto(`/settings?page=members&team=${team.id}`)
    await page.getByRole('button', { name: 'Delete the team' }).click()
    const dialog = page.getByRole('dialog')
    const really = dialog.getByRole('button', { name: 'Delete the team' })
    await dialog.getByLabel('Type its name, Planetarium').fill('Observatory')
    assert.ok(await really.isDisabled())
    await dialog.getByLabel('Type its name, Planetarium').fill('Planetarium')
    await really.click()
    await page.waitForURL((url) => url.pathname === '/' && !url.search.includes('team='))
    await page.getByText('The team Planetarium was deleted.').waitFor()
    assert.deepEqual(one.faults, [])
  },
)

journey('a key gets other rights and another name', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one)
  await page.goto('/settings?page=keys')
  await page.getByLabel('Name').fill('Reports')
  await page.getByLabel(/^See runs/).check()
  await page.getByText('More', { exact: true }).click()
  await page.getByLabel(/^See the audit log/).check()
  await page.getByRole('button', { name: 'Create key' }).click()
  await page.getByText('The key "Reports" is shown only once.').waitFor()
  await page.getByText('runs:read, audit:read').waitFor()
  await page.getByRole('button', { name: 'Edit Reports' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Monthly reports')
  await dialog.getByLabel(/^See the audit log/).uncheck()
  await dialog.getByLabel(/^See costs/).check()
  await requireAccessible(one, 'a key')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByText('runs:read, costs:read').waitFor()
  await page.getByText('Monthly reports').waitFor()
  assert.deepEqual(one.faults, [])
})

journey('a link leads to its approval, which tells who was asked and who has decided', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one)
  const { id: me } = await callAs<Made>(one, 'GET', '/auth/me')
  const ask = async (title: string, params: object) => {
    const definition = {
      nodes: [{ id: 'ask', type: 'flow.approval', params: { title, ...params } }],
      edges: [],
    }
    const workflow = await callAs<Made>(one, 'POST', '/workflows', { name: title, definition })
    await callAs(one, 'POST', `/workflows/${workflow.id}/execute`, { input: {} })
  }
  await ask('Open the dome?', { quorum: 2, assignees: [me, 'nobody@example.com'] })
  await ask('Ask somebody else?', { assignees: ['nobody@example.com'] })
  await page.goto('/approvals')
  const item = (title: string) => page.locator('li', { hasText: title })
  const dome = item('Open the dome?')
  await dome.getByText('0 of 2 have agreed').waitFor()
  await dome.getByText('Not a member who may decide: nobody@example.com').waitFor()
  await item('Ask somebody else?').getByText('Others are asked.').waitFor()
  await requireAccessible(one, 'approvals')
  await dome.getByRole('button', { name: 'Comment' }).click()
  await dome.getByLabel('Comment').fill('The sky is clear')
  await dome.getByRole('button', { name: 'Approve' }).click()
  await dome.getByText('1 of 2 have agreed').waitFor()
  await dome.getByText('The sky is clear').waitFor()
  await dome.getByText('You have approved.').waitFor()

  type Found = { items: { id: string; title: string }[] }
  const { items } = await callAs<Found>(one, 'GET', '/approvals')
  const id = items.find(({ title }) => title === 'Open the dome?')?.id
  await page.goto(`/approvals?status=rejected&id=${id}`)
  await dome.getByText('Approved by Demo').waitFor()
  await takePicture(one, 'approval')
  await page.setViewportSize({ width: 390, height: 800 })
  await requireNoSideways(one, 'an approval')
  assert.deepEqual(one.faults, [])
})

journey(
  'an account at a provider is connected with the password, signs in, and is disconnected',
  async () => {
    const one = await enter()
    const { page } = one
    await signInAsDemo(one)
    const account = {
      ...{ id: 17, login: 'demo', name: 'Demo' },
      emails: [{ email: 'demo@users.example.com', primary: true, verified: true }],
    }
    /** Signs in on the page of the provider. */
    const enterAtGithub = async () => {
      await page.getByText('Sign in to GitHub').waitFor()
      const answer = await page.request.post(page.url(), { data: account, maxRedirects: 0 })
      await page.goto(answer.headers().location ?? '')
    }
    await page.goto('/settings?page=security')
    await page.getByRole('button', { name: 'Connect GitHub' }).click()
    await enterAtGithub()
    await page.getByLabel('Password').fill('Wrong-Comet-42')
    await page.getByRole('button', { name: 'Connect it' }).click()
    await page.getByRole('alert').getByText('auth.invalid_credentials').waitFor()
    const { demoPassword } = readState(stateDir, 'secrets.json') as { demoPassword: string }
    await page.getByLabel('Password').fill(demoPassword)
    await requireAccessible(one, 'connecting an account')
    await page.getByRole('button', { name: 'Connect it' }).click()
    await page.getByText('demo@users.example.com').waitFor()

    await page.getByRole('button', { name: 'Sign out' }).click()
    await page
      .getByRole('button', { name: 'GitHub' })
      .or(page.getByRole('link', { name: 'GitHub' }))
      .click()
    await enterAtGithub()
    await page.getByRole('button', { name: 'Disconnect GitHub' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect it' }).click()
    // The question names the account too.
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByText('demo@users.example.com').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Connect GitHub' }).waitFor()
  },
)

journey('the palette finds what the team has, and leads to it', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one)
  const agent = await callAs<Made>(one, 'POST', '/agents', { name: 'Nebula clerk', instructions: 'Count.' })
  const task = await callAs<Made>(one, 'POST', '/tasks', { title: 'Call the nebula shop', type: 'custom' })
  const find = async (text: string, name: RegExp) => {
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Find or do' }).fill(text)
    await page.getByRole('option', { name }).click()
  }
  await find('nebula', /Nebula clerk/)
  await page.waitForURL(new RegExp(`/agents/${agent.id}`))
  await find('nebula', /Call the nebula shop/)
  await page.waitForURL(new RegExp(`/tasks/${task.id}`))
  await find('notif', /Go to Notifications/)
  await page.getByRole('heading', { name: 'Notifications' }).waitFor()
})
