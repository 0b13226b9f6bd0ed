// Journeys through the admin side of the console in a browser. For everybody else it does not exist.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { readState } from '../e2e/installation.ts'
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

const { enter, journey, stateDir } = journeys()

async function signInAsAdmin({ page }: Visit, path: string): Promise<void> {
  const secrets = readState<{ adminPassword: string }>(stateDir, 'secrets.json')
  await page.goto(path)
  await page.getByLabel('E-mail').fill('admin@example.com')
  await page.getByLabel('Password').fill(secrets?.adminPassword ?? '')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Admin' }).waitFor()
}

async function requireGood(one: Visit, what: string): Promise<void> {
  await requireAccessible(one, what)
  await requireNoSideways(one, what)
}

journey(
  'an administrator creates a user, gives a role, disables the account and finds it all in the log',
  async () => {
    const desk = await enter()
    const { page } = desk
    const dialog = page.getByRole('dialog')
    await signInAsAdmin(desk, '/admin')
    await page.getByText('Requests by route').waitFor()
    await requireGood(desk, 'health')
    await takePicture(desk, 'admin')

    await page.getByRole('link', { name: 'Users' }).click()
    await page.getByText('demo@example.com').waitFor()
    await requireGood(desk, 'users')
    await page.getByRole('button', { name: 'Create a user' }).click()
    await dialog.getByLabel('E-mail').fill('mira@example.com')
    await dialog.getByLabel('Name').fill('Mira')
    await dialog.getByRole('button', { name: 'Create' }).click()
    await dialog.getByText('The password is shown only once.').waitFor()
    await dialog.getByRole('button', { name: 'Go to the user' }).click()
    await page.getByRole('heading', { name: 'Mira' }).waitFor()
    await requireGood(desk, 'a user')

    await page.getByRole('button', { name: 'Change', exact: true }).click()
    await dialog.getByLabel('Name').fill('Mira Mars')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Mira Mars' }).waitFor()
    await page.getByLabel('Plan').selectOption('team')
    await page
      .getByRole('definition')
      .filter({ hasText: /^team$/ })
      .waitFor()
    await page.getByRole('button', { name: 'Disable' }).click()
    await dialog.getByRole('button', { name: 'Disable' }).click()
    await page.getByRole('status').getByText('Disabled').waitFor()
    await page.getByRole('button', { name: 'Enable' }).click()
    await page.getByRole('button', { name: 'Disable' }).waitFor()

    await page.getByRole('link', { name: 'Audit', exact: true }).click()
    await page.getByLabel('Action').fill('user.updated')
    await page.keyboard.press('Enter')
    await page.getByRole('cell', { name: 'user.updated' }).first().waitFor()
    assert.match(page.url(), /action=user.updated/)
    await requireGood(desk, 'the audit log')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await dialog.getByText('Before').waitFor()
    await page.keyboard.press('Escape')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export' }).click(),
    ])
    assert.match(readFileSync(await download.path(), 'utf8'), /user\.updated/)
    await page.getByRole('button', { name: 'Verify the seals' }).click()
    await dialog.getByRole('button', { name: 'Verify' }).click()
    await dialog.getByText(/are as they were written\./).waitFor()

    // The team of the page is no filter, and neither are words that no filter knows.
    const { id } = await callAs<{ id: string }>(desk, 'POST', '/teams', { name: 'Observatory' })
    await page.goto(`/admin/users?team=${id}&role=odd`)
    await page.getByText('mira@example.com').waitFor()
    await page.goto(`/admin/audit?team=${id}&action=user.updated`)
    await page.getByRole('cell', { name: 'user.updated' }).first().waitFor()
    requireNoFaults(desk)
  },
)

journey('an announcement is shown to others until it ends, and settings are saved', async () => {
  const desk = await enter()
  const { page } = desk
  const dialog = page.getByRole('dialog')
  await signInAsAdmin(desk, '/admin/announcements')
  await page.getByText('No announcements yet').waitFor()
  await page.getByRole('button', { name: 'Announce something' }).click()
  await dialog.getByLabel('Title').fill('Maintenance tonight')
  await dialog.getByLabel('Text').fill('From nine to ten.')
  await dialog.getByRole('button', { name: 'Announce' }).click()
  await page.getByText('Shown now').waitFor()
  await requireGood(desk, 'announcements')
  const other = await enter()
  await signInAsDemo(other)
  await other.page.getByText('Maintenance tonight').first().waitFor()
  await page.getByRole('button', { name: 'End', exact: true }).click()
  await dialog.getByRole('button', { name: 'End it' }).click()
  await page.getByText('Over', { exact: true }).waitFor()

  await page.getByRole('link', { name: 'Settings' }).last().click()
  await page.getByLabel('Ended runs, free').fill('14')
  await page.getByLabel('Agents, premium').fill('')
  await page.getByRole('button', { name: 'Save the settings' }).click()
  await page.getByText('The settings were saved.').waitFor()
  await page.reload()
  await page.getByLabel('Ended runs, free').waitFor()
  assert.equal(await page.getByLabel('Ended runs, free').inputValue(), '14')
  await page.getByRole('button', { name: 'Add a provider' }).click()
  await dialog.getByLabel('Key', { exact: true }).fill('sk-0123456789abcdef')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('cell', { name: '… cdef' }).waitFor()
  await requireGood(desk, 'settings')
  await takePicture(desk, 'admin-settings')

  for (const [name, text] of [
    ['Stuck runs', 'No run is stuck'],
    ['Queues', 'All'],
    ['Connections', 'admin@example.com'],
  ] as const) {
    await page.getByRole('link', { name }).click()
    await page.getByText(text, { exact: true }).first().waitFor()
    await requireGood(desk, name)
  }
  await page.getByRole('link', { name: 'Stuck runs' }).click()
  await page.getByRole('button', { name: 'Repair the day' }).click()
  await page.getByText(/written, .* done/).waitFor()
  requireNoFaults(desk)
})

journey(
  'others see no admin side, neither in the rail nor at its address, and a phone shows it',
  async () => {
    const other = await enter()
    await signInAsDemo(other, '/admin/users')
    await other.page.getByText('Not found', { exact: true }).waitFor()
    assert.equal(await other.page.getByRole('link', { name: 'Admin' }).count(), 0)
    assert.equal(await other.page.getByText('admin@example.com').count(), 0)
    await other.page.goto('/')
    await other.page.getByRole('heading', { name: 'Overview' }).waitFor()
    await other.page.keyboard.press('?')
    await other.page.getByRole('dialog').getByText('Settings', { exact: true }).waitFor()
    assert.equal(await other.page.getByRole('dialog').getByText('Admin', { exact: true }).count(), 0)

    const phone = await enter({ width: 390, height: 844, touch: true, theme: 'dark' })
    await signInAsAdmin(phone, '/admin')
    await phone.page.getByText('Requests by route').waitFor()
    for (const path of ['', '/users', '/audit', '/settings', '/connections']) {
      await phone.page.goto(`/admin${path}`)
      await phone.page.getByRole('heading', { name: 'Admin' }).waitFor()
      await requireGood(phone, `admin${path} on a phone`)
    }
    await takePicture(phone, 'admin-390')
  },
)
