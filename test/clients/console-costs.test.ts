// Journeys through the costs of a team in a browser: a bill is imported and looked at from its sum to a single row, rows are recorded
// and corrected, jobs end, and a viewer changes nothing.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { Locator, Page } from 'playwright-core'
import { call } from '../e2e/client.ts'
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

const { at, enter, journey, stateDir } = journeys()

type Made = { id: string }

const DAY_MS = 86_400_000
const day = (before: number): string => new Date(Date.now() - before * DAY_MS).toISOString().slice(0, 10)

/** A bill with other names of columns, two services, and a row that cannot be read. */
const BILL = [
  'Usage Day,Vendor,Product,Cost,Team',
  `${day(1)},acme,compute,40.5,search`,
  `${day(2)},acme,storage,9.5,search`,
  `${day(2)},globex,api,50,billing`,
  `${day(1)},globex,api,much,billing`,
].join('\n')

const isInView = (one: Locator): Promise<boolean> =>
  one.evaluate((element) => {
    const { left, right } = element.getBoundingClientRect()
    return left >= 0 && right <= innerWidth
  })

const cell = (page: Page, name: string) => page.getByRole('cell', { name, exact: true })

async function requireGood(one: Visit, what: string): Promise<void> {
  await requireAccessible(one, what)
  await requireNoSideways(one, what)
}

journey('a bill is mapped, checked and imported, and leads from its sum to a row', async () => {
  const desk = await enter()
  const { page } = desk
  await signInAsDemo(desk)
  await page.keyboard.press('g')
  await page.keyboard.press('c')
  await page.getByText('No costs in these days').waitFor()
  await page.getByRole('link', { name: 'Imports' }).click()
  await page.getByText('No imports yet').waitFor()
  await page.getByRole('link', { name: 'Import a file' }).first().click()

  await page.locator('input[type=file]').setInputFiles({
    name: 'acme-2026-03.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(BILL),
  })
  // The day and the vendor are recognised, the product and the amount too.
  await page.getByRole('region', { name: 'Preview' }).getByText('compute').waitFor()
  assert.equal(await page.getByLabel('Column for Provider').inputValue(), 'Vendor')
  await page.getByLabel('Column for Day').selectOption('')
  await page.getByText('No column or value for: Day.').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Import', exact: true }).isDisabled(), true)
  await page.getByLabel('Column for Day').selectOption('Usage Day')
  await page.getByLabel('Value for Source').fill('bill')
  await page.getByLabel('Column as a label').selectOption('Team')
  await page.getByRole('rowheader', { name: 'Label team' }).waitFor()
  assert.equal(await page.getByLabel('Save the mapping as').inputValue(), 'acme')
  await requireGood(desk, 'a new import')
  await takePicture(desk, 'costs-new-import')

  await page.getByRole('button', { name: 'Only check' }).click()
  await page.getByText('The file was only checked. Nothing was written.').waitFor()
  await page.getByText('is not a number').waitFor()
  await page.getByRole('link', { name: 'Import a file' }).click()
  await page.locator('input[type=file]').setInputFiles({
    name: 'acme-2026-04.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(BILL),
  })
  await page.getByLabel('Saved mapping').selectOption('acme')
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await page.getByRole('status').getByText('Succeeded').waitFor()
  await page.getByRole('region', { name: 'Rows' }).getByText('New rows3').waitFor()
  await requireGood(desk, 'an import')
  await takePicture(desk, 'costs-import')

  await page.getByRole('link', { name: 'Overview' }).last().click()
  await page.getByText('$100.00').first().waitFor()
  await page.getByText('Show as a table').click()
  await page.getByRole('columnheader', { name: 'globex' }).waitFor()
  await requireGood(desk, 'the overview of costs')
  await takePicture(desk, 'costs')
  await page.getByRole('button', { name: 'acme', exact: true }).click()
  await page.getByRole('heading', { name: 'By service' }).waitFor()
  await page.getByRole('link', { name: 'Rows of storage' }).click()
  await page.getByRole('table', { name: 'Costs' }).getByRole('cell', { name: '$9.50' }).waitFor()
  assert.equal(await cell(page, '$40.50').count(), 0)
  assert.match(page.url(), /provider=acme/)
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'team=search' }).click()
  await cell(page, '$40.50').waitFor()
  await requireGood(desk, 'the rows of costs')
  requireNoFaults(desk)
})

journey(
  'a cost is recorded, corrected, exported and deleted, and nobody overwrites another correction',
  async () => {
    const desk = await enter()
    const { page } = desk
    await signInAsDemo(desk, '/costs/rows')
    await page.getByRole('button', { name: 'Record a cost' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Provider').fill('initech')
    await dialog.getByLabel('Amount', { exact: true }).fill('12.1234567')
    await dialog.getByRole('button', { name: 'Record' }).click()
    await dialog.getByText('at most six decimals').first().waitFor()
    await dialog.getByLabel('Amount', { exact: true }).fill('12.123456')
    await dialog.getByRole('button', { name: 'Record' }).click()
    await page.getByText('$12.123456').waitFor()
    await requireGood(desk, 'a cost')
    const id = page.url().split('/').at(-1)?.split('?')[0]

    await page.getByRole('button', { name: 'Correct' }).click()
    await callAs(desk, 'PATCH', `/costs/${id}`, { costUsd: 11 })
    await dialog.getByLabel('Amount', { exact: true }).fill('10')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText('resource.stale').waitFor()
    await dialog.getByRole('button', { name: 'Load the current amounts' }).click()
    await page.waitForFunction(
      () => document.querySelector<HTMLInputElement>('[role=dialog] input')?.value === '11',
    )
    await dialog.getByLabel('Amount', { exact: true }).fill('10')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('region', { name: 'Amount' }).getByText('$10.00').waitFor()

    await page.goto('/costs/rows?provider=initech')
    await page.getByRole('button', { name: 'Export' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Download' }).click(),
    ])
    assert.match(readFileSync(await download.path(), 'utf8'), /initech.*,10,/)
    await page.goto(`/costs/rows/${id}`)
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('button', { name: 'Delete the row' }).click()
    await page.getByRole('link', { name: 'Rows', exact: true }).waitFor()
    await page.goto(`/costs/rows/${id}`)
    await page.getByText('Not found', { exact: true }).waitFor()
    // A browser prints each refused request.
    assert.deepEqual(
      desk.faults.filter((fault) => !/^Failed to load resource/.test(fault)),
      [],
    )
  },
)

journey('a GPU job is followed to its end, and the budget shows what was spent', async () => {
  const desk = await enter()
  const { page } = desk
  await signInAsDemo(desk, '/costs/jobs')
  await page.getByText('No GPU jobs yet').waitFor()
  await page.getByRole('button', { name: 'Record a job' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Model (optional)').fill('orbit-7b')
  await dialog.getByLabel('Provider').fill('aws')
  await dialog.getByLabel('GPU type').fill('H100')
  await dialog.getByLabel('Dollars for a GPU and hour').fill('2.5')
  await dialog.getByRole('button', { name: 'Record' }).click()
  await page.getByRole('status').getByText('Queued').waitFor()
  await page.getByLabel('Change the status').selectOption('running')
  await page.getByRole('status').getByText('Running').waitFor()
  await requireGood(desk, 'a job')
  const id = page.url().split('/').at(-1)?.split('?')[0]
  // Somebody else ends it.
  await callAs(desk, 'PATCH', `/jobs/${id}`, { status: 'succeeded' })
  await page.getByRole('status').getByText('Succeeded').waitFor()
  await callAs(desk, 'POST', `/jobs/${id}/samples`, [
    { at: `${day(0)}T00:00:00Z`, gpuPct: 40, memPct: 20 },
    { at: `${day(0)}T00:01:00Z`, gpuPct: 60, memPct: 20 },
  ])
  await page.getByRole('img', { name: 'Utilisation of GPU and memory over time' }).waitFor()

  await page.getByRole('link', { name: 'Budget' }).click()
  await page.getByText('The team has no budget.').waitFor()
  await page.getByRole('button', { name: 'Change the budget' }).click()
  await dialog.getByLabel('Costs in US dollars').fill('500')
  await dialog.getByLabel('Tell the owners at these percents').fill('0')
  await dialog.getByText('Numbers from 1 to 100').waitFor()
  await dialog.getByLabel('Tell the owners at these percents').fill('50, 100')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByText('of $500.00').first().waitFor()
  await requireGood(desk, 'the budget')
  await takePicture(desk, 'costs-budget')
  await page.getByRole('link', { name: 'Prices' }).click()
  await page.getByRole('heading', { name: 'Price table' }).waitFor()
  await page.getByRole('cell', { name: 'GPU and hour' }).first().waitFor()
  await requireGood(desk, 'prices')
  requireNoFaults(desk)
})

journey('usage is recorded, found and deleted', async () => {
  const desk = await enter()
  const { page } = desk
  const dialog = page.getByRole('dialog')
  await signInAsDemo(desk, '/costs/usage')
  await page.getByText('No usage in these days').waitFor()
  await page.getByRole('button', { name: 'Record usage' }).click()
  await dialog.getByLabel('Provider').fill('umbra')
  await dialog.getByLabel('Hours').fill('2.5')
  await dialog.getByLabel('Quantity').fill('1500')
  await dialog.getByLabel('Unit').fill('tokens')
  await dialog.getByRole('button', { name: 'Record' }).click()
  await cell(page, '1,500 tokens').waitFor()
  await page.getByText('2.5 hours, 1,500 tokens').waitFor()
  await requireGood(desk, 'usage')
  await cell(page, '1,500 tokens').click()
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
  await dialog.getByRole('button', { name: 'Delete it for good' }).click()
  await page.getByText('No usage in these days').waitFor()
  requireNoFaults(desk)
})

journey('exports are scheduled, run and stopped', async () => {
  const desk = await enter()
  const { page } = desk
  await signInAsDemo(desk, '/costs/exports')
  await page.getByRole('button', { name: 'Schedule exports' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Every').selectOption('day')
  await dialog.getByLabel('Folder').fill('../up')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.getByRole('alert').waitFor()
  await dialog.getByLabel('Folder').fill('bills')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'Every day' }).waitFor()
  await page.getByRole('button', { name: 'Export the last period now' }).click()
  await page.getByRole('heading', { name: 'Last export' }).waitFor()
  await page
    .getByRole('status')
    .getByText(/Succeeded|Skipped/)
    .waitFor()
  await requireGood(desk, 'exports')
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.getByRole('button', { name: 'Stop them' }).click()
  await page.getByText('No scheduled exports').waitFor()
})

journey('a viewer sees the costs of the team on a phone, and no button that changes them', async () => {
  const { teamId, ownerToken } = await newTeamWithDemoAs('viewer', at.server.url, stateDir)
  const made = await call<Made>(at.server.url, 'POST', '/api/v1/costs', {
    token: ownerToken,
    headers: { 'x-team-id': teamId },
    json: { date: day(1), provider: 'acme', source: 'bill', costUsd: 7.5 },
  })
  assert.equal(made.status, 201)
  const phone = await enter({ width: 390, height: 844, touch: true })
  const { page } = phone
  await signInAsDemo(phone, `/costs?team=${teamId}`)
  await page.getByText('$7.50').first().waitFor()
  await requireNoSideways(phone, 'costs on a phone')
  await takePicture(phone, 'costs-390')
  for (const path of ['rows', 'usage', 'jobs', 'imports', 'budget']) {
    await page.goto(`/costs/${path}?team=${teamId}`)
    await page.getByRole('heading', { name: 'Costs', exact: true }).waitFor()
    await requireNoSideways(phone, `${path} on a phone`)
  }
  // The team of the page is no filter, and neither are words that no filter knows.
  for (const [path, shown] of [
    ['jobs', 'No GPU jobs yet'],
    ['imports', 'No imports yet'],
    ['prices', 'h100'],
  ]) {
    await page.goto(`/costs/${path}?team=${teamId}&status=odd`)
    await page.getByText(shown!, { exact: true }).first().waitFor()
  }
  assert.ok(await isInView(page.getByRole('link', { name: 'Prices' })), 'the link of the page is not shown')
  await page.goto(`/costs/imports/new?team=${teamId}`)
  await page.getByText('Members import costs').waitFor()
  await page.goto(`/costs/rows/${made.body.id}?team=${teamId}`)
  await page.getByText('$7.50').waitFor()
  for (const name of ['Record a cost', 'Correct', 'Delete', 'Import a file', 'Change the budget'])
    assert.equal(await page.getByRole('button', { name }).count(), 0, name)
  await page.goto(`/costs/rows/${made.body.id}`)
  await page.getByText('Not found', { exact: true }).waitFor()
  assert.equal(await page.getByRole('main').count(), 1)
})

journey('a page that cannot be loaded stays in the console, and can be tried again', async () => {
  const { page, context, ...others } = await enter()
  await signInAsDemo({ page, context, ...others })
  const link = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Costs' })
  await context.setOffline(true)
  await link.click()
  await page.getByRole('main').getByText('The server cannot be reached.').first().waitFor()
  assert.ok(await link.isVisible())
  await context.setOffline(false)
  await page.getByRole('main').getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('heading', { name: 'Costs', exact: true }).waitFor()
  await context.close()
})

journey('the pages of costs are readable in the dark', async () => {
  const dark = await enter({ theme: 'dark' })
  const { page } = dark
  await signInAsDemo(dark, '/costs')
  await page.getByText('Show as a table').click()
  await page.getByRole('region', { name: 'Figures of the chart' }).waitFor()
  await requireGood(dark, 'the overview of costs, dark')
  await takePicture(dark, 'costs-dark')
  for (const [path, text] of [
    ['rows', '$40.50'],
    ['jobs', 'orbit-7b'],
    ['imports', 'imports/acme-2026-04.csv'],
    ['imports/new', '1 saved mapping'],
    ['budget', 'of $500.00'],
    ['prices', 'GPU and hour'],
  ] as const) {
    await page.goto(`/costs/${path}`)
    await page.getByText(text).first().waitFor()
    await requireGood(dark, `${path}, dark`)
  }
  requireNoFaults(dark)
})
