// Journeys through what a team has set up: the triggers of its workflows, its members, its keys, its log.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { end, forget, type Installation, newStateDir, start } from '../e2e/installation.ts'
import {
  callAs,
  launchBrowser,
  noBrowser,
  requireAccessible,
  requireNoSideways,
  signInAsDemo,
  takePicture,
  type Visit,
  visit,
} from './console-browser.ts'

const skip = noBrowser()
let server: Installation
let browser: Browser
const stateDir = newStateDir()

before(async () => {
  if (skip) return
  server = await start(stateDir)
  browser = await launchBrowser()
})

after(async () => {
  if (skip) return
  await browser.close()
  await end(server)
  forget(stateDir)
})

const journey = (name: string, walk: () => Promise<void>) => test(name, { skip, timeout: 120_000 }, walk)

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
  const one = await visit(browser, server.url)
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
  const one = await visit(browser, server.url)
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
