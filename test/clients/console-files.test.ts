// Journeys through the files of a team in a browser: uploads, what is shown of a file, links, the bin, and files for runs.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { call, signIn } from '../e2e/client.ts'
import { eventually, readState } from '../e2e/installation.ts'
import {
  callAs,
  requireAccessible,
  requireNoFaults,
  requireNoSideways,
  signInAsDemo,
  takePicture,
} from './console-browser.ts'
import { journeys } from './console-journeys.ts'
import { newTeamWithDemoAs } from './console-people.ts'

const { at, enter, journey, stateDir } = journeys()

type Made = { id: string }
type Content = { name: string; mimeType: string; buffer: Buffer }

const text = (name: string, content: string): Content => ({
  name,
  mimeType: 'text/plain',
  buffer: Buffer.from(content),
})

const choose = (page: Page, files: Content[]) =>
  page.locator('input[type=file][aria-label=Upload]').setInputFiles(files)

const uploads = (page: Page) => page.getByRole('region', { name: 'Uploads' })

/** Not the one of its checkbox. */
const cell = (page: Page, name: string) => page.getByRole('cell', { name, exact: true })

const MIB = 1024 * 1024

journey('several files are uploaded at once, and a taken name is decided by the person', async () => {
  const desk = await enter()
  const { page } = desk
  await signInAsDemo(desk)
  await page.keyboard.press('g')
  await page.keyboard.press('f')
  await page.getByText('No files yet').waitFor()
  await page.goto('/files?folder=inbox')
  await page.getByText('This folder is empty').waitFor()
  await choose(page, [
    text('notes.txt', 'first'),
    text('table.csv', 'name;count\n"A; B";3\n'),
    text('bad.exe', 'x'),
  ])
  await uploads(page).getByText('1 of 3 files not uploaded').waitFor()
  await cell(page, 'notes.txt').waitFor()
  await page.getByRole('button', { name: 'Close uploads' }).click()

  await choose(page, [text('notes.txt', 'first')])
  await uploads(page).getByText('It was there already, with the same content.').waitFor()
  await choose(page, [text('notes.txt', 'second'), text('table.csv', 'name;count\n')])
  await uploads(page).getByRole('button', { name: 'Keep both of all' }).click()
  await cell(page, 'notes (1).txt').waitFor()
  await choose(page, [text('notes.txt', 'third')])
  await uploads(page).getByRole('button', { name: 'New version' }).click()
  await uploads(page).getByText('4 files uploaded').waitFor()
  await page.getByRole('button', { name: 'Close uploads' }).click()

  await cell(page, 'notes.txt').click()
  await page.getByText('third').waitFor()
  await page.getByRole('tab', { name: 'Versions 2' }).click()
  await page.getByRole('button', { name: 'Make it the current one' }).click()
  await page.getByText('Version 1 is the current one.').waitFor()
  await page.getByRole('tab', { name: 'Content' }).click()
  await page.getByText('first', { exact: true }).waitFor()
  // A browser prints each refused request to its console.
  assert.deepEqual(
    desk.faults.filter((fault) => !/^Failed to load resource: .* 4(?:09|15|22) /.test(fault)),
    [],
  )
})

journey('a large file is sent in parts, and continues after a lost connection and a reload', async () => {
  const desk = await enter()
  const { page } = desk
  await signInAsDemo(desk)
  await page.goto('/files')
  await page.getByRole('heading', { name: 'Files' }).waitFor()
  const path = join(stateDir, 'large.txt')
  writeFileSync(path, 'orrery '.repeat(MIB))
  const field = page.locator('input[type=file][aria-label=Upload]')
  const tried: string[] = []
  const arrived: string[] = []
  let isBroken = true
  await page.route('**/files/uploads/*/parts/*', async (route) => {
    const part = route.request().url()
    tried.push(part)
    if (isBroken && tried.length > 3) return route.abort()
    const response = await route.fetch()
    arrived.push(part)
    return route.fulfill({ response })
  })
  await field.setInputFiles(path)
  await eventually(
    'some parts have arrived, and others were lost',
    () => arrived.length === 3 && tried.length > 3,
  )
  // The tab asks before it closes.
  page.on('dialog', (dialog) => void dialog.accept())
  await page.reload()
  await page.getByRole('heading', { name: 'Files' }).waitFor()
  isBroken = false
  tried.length = 0
  await field.setInputFiles(path)
  await uploads(page).getByText('1 file uploaded').waitFor()
  assert.equal(new Set(arrived).size, 7)
  assert.equal(tried.length, 4, 'only the missing parts are sent again')
  const { items } = await callAs<{ items: { sizeBytes: number }[] }>(desk, 'GET', '/files?name=large.txt')
  assert.equal(items[0]?.sizeBytes, 7 * MIB)
})

const limitStorage = async (storageBytes: number | null): Promise<void> => {
  const { adminPassword } = readState<{ adminPassword: string }>(stateDir, 'secrets.json') ?? {}
  const token = await signIn(at.server.url, 'admin@example.com', adminPassword ?? '')
  const { status } = await call(at.server.url, 'PATCH', '/api/v1/admin/settings', {
    token,
    json: { limits: { free: { storageBytes } } },
  })
  assert.equal(status, 200)
}

journey(
  'beyond the storage of the plan, an upload says so, and can be sent again when there is room',
  async () => {
    const desk = await enter()
    const { page } = desk
    await signInAsDemo(desk)
    await page.goto('/files?folder=full')
    await page.getByText('This folder is empty').waitFor()
    await limitStorage(1)
    await choose(page, [text('big.txt', 'x'.repeat(2048))])
    await uploads(page).getByText('There is no room for 2 KB more.').waitFor()
    await takePicture(desk, 'upload-full')
    await limitStorage(null)
    await uploads(page).getByRole('button', { name: 'Send big.txt again' }).click()
    await uploads(page).getByText('1 file uploaded').waitFor()
    // A browser prints the refused request to its console.
    assert.deepEqual(
      desk.faults.filter((fault) => !/^Failed to load resource: .* 402 /.test(fault)),
      [],
    )
  },
)

const PAGE = '<!doctype html><title>x</title><h1>Hi</h1><script>document.title = "ran"</script>'
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>document.title = "ran"</script><circle cx="4" cy="4" r="3"/></svg>'

journey('files are shown, and nothing in them runs', async () => {
  const desk = await enter()
  const { page } = desk
  await signInAsDemo(desk)
  await page.goto('/files?folder=shown')
  await choose(page, [
    text('page.html', PAGE),
    text('logo.svg', SVG),
    text('orders.json', '{"order":"A-1002"}'),
    text('table.csv', 'name;count\n"A; B";3\nC;4\n'),
    text('read.md', '# Title\n\nSome **words**.'),
  ])
  await uploads(page).getByText('5 files uploaded').waitFor()
  await page.getByRole('button', { name: 'Close uploads' }).click()
  const open = async (name: string) => {
    await page.goto('/files?folder=shown')
    await cell(page, name).click()
    await page.getByRole('heading', { name }).waitFor()
  }
  await open('page.html')
  await page.getByText('<h1>Hi</h1>').waitFor()
  assert.match(await page.title(), /^page\.html/)
  await open('logo.svg')
  const picture = page.getByRole('img', { name: 'logo.svg' })
  await picture.waitFor()
  assert.match((await picture.getAttribute('src')) ?? '', /^data:image\/svg/)
  assert.match(await page.title(), /^logo\.svg/)
  await takePicture(desk, 'file-svg')
  await open('orders.json')
  await page.getByText('"A-1002"').waitFor()
  await open('read.md')
  await page.getByRole('heading', { name: 'Title' }).waitFor()
  await open('table.csv')
  await cell(page, 'A; B').waitFor()
  await page.getByRole('button', { name: 'Tag', exact: true }).click()
  await page.getByLabel('New tag').fill('sales')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Remove the tag sales' }).waitFor()
  await requireAccessible(desk, 'a file')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download' }).click(),
  ])
  assert.equal(download.suggestedFilename(), 'table.csv')
  assert.match(readFileSync(await download.path(), 'utf8'), /"A; B";3/)
  requireNoFaults(desk)
})

journey('a link lets a stranger download a file until it is revoked; deleted files come back', async () => {
  const desk = await enter()
  const { page } = desk
  await signInAsDemo(desk)
  await page.goto('/files?folder=shared')
  await choose(page, [text('plan.txt', 'the plan')])
  await cell(page, 'plan.txt').click()
  await page.getByRole('button', { name: 'Share', exact: true }).click()
  await page.getByLabel('Valid for').selectOption('an hour')
  await page.getByRole('button', { name: 'Create link' }).click()
  const url = (await page.getByText(/\/f\/[\w-]+/).textContent())?.trim() ?? ''
  assert.equal(await (await fetch(url)).text(), 'the plan')
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('tab', { name: 'Links' }).click()
  await page.getByText('1 download').waitFor()
  await page.getByRole('button', { name: 'Revoke' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('Revoked').waitFor()
  assert.notEqual((await fetch(url)).status, 200)

  await page.getByRole('button', { name: 'Rename or move' }).click()
  await page.getByLabel('Name', { exact: true }).fill('plan 2.txt')
  await page.getByLabel('Folder (optional)').fill('shared/old')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'plan 2.txt' }).waitFor()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByText('plan 2.txt moved to the bin.').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await cell(page, 'plan 2.txt').waitFor()
  for (const key of ['j', 'x']) await page.keyboard.press(key)
  await page.getByText('1 chosen').waitFor()
  await page.getByRole('region', { name: 'Chosen files' }).getByRole('button', { name: 'Delete' }).click()
  // A page that is left takes its requests with it.
  await page.getByText('1 file moved to the bin.').waitFor()
  await page.goto('/files?view=bin')
  await page.getByRole('checkbox', { name: 'Choose plan 2.txt' }).check()
  await page.getByRole('button', { name: 'Delete for good' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete for good' }).click()
  await page.getByText('The bin is empty').waitFor()
  requireNoFaults(desk)
})

const FILE = { type: 'object', required: ['$file'], properties: { $file: { type: 'string' } } }
const READS = {
  nodes: [{ id: 'read', type: 'file.read', params: { file: '{{ input.doc }}' } }],
  inputs: { type: 'object', required: ['doc'], properties: { doc: { ...FILE, title: 'Document' } } },
}

journey('a run is started with a file of the team, which then says which run used it', async () => {
  const desk = await enter()
  const { page } = desk
  await signInAsDemo(desk)
  await page.goto('/files?folder=for-runs')
  await choose(page, [text('order.txt', 'order A-1002')])
  await cell(page, 'order.txt').waitFor()
  const { id } = await callAs<Made>(desk, 'POST', '/workflows', { name: 'Reads a file', definition: READS })
  await page.goto(`/workflows/${id}?run=true`)
  const dialog = page.getByRole('dialog', { name: 'Run Reads a file' })
  await dialog.getByRole('button', { name: 'Choose a file' }).click()
  await page.getByRole('button', { name: 'for-runs' }).click()
  await page.getByRole('button', { name: 'order.txt' }).click()
  await dialog.getByText('for-runs/order.txt').waitFor()
  await takePicture(desk, 'start-with-file')
  await dialog.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByText('Succeeded').first().waitFor()
  await page.getByRole('link', { name: 'Open the file' }).first().click()
  await page.getByText('order A-1002').waitFor()
  await page.goto('/files?q=order.txt')
  await cell(page, 'order.txt in for-runs').click()
  await page.getByRole('tab', { name: 'Used by' }).click()
  await page.getByRole('link', { name: 'Reads a file' }).waitFor()
  requireNoFaults(desk)
})

journey('a viewer sees files without buttons that change them, also on a phone', async () => {
  const { teamId, ownerToken } = await newTeamWithDemoAs('viewer', at.server.url, stateDir)
  await call(at.server.url, 'POST', '/api/v1/files/upload', {
    token: ownerToken,
    bytes: new TextEncoder().encode('hello') as Uint8Array<ArrayBuffer>,
    type: 'application/octet-stream',
    headers: { 'x-filename': 'reports/hello.txt', 'x-team-id': teamId },
  })
  const phone = await enter({ width: 390, height: 844, touch: true, theme: 'dark' })
  const { page } = phone
  await signInAsDemo(phone)
  await page.goto(`/files?team=${teamId}`)
  await page.getByText('reports').first().waitFor()
  await requireNoSideways(phone, 'the list of files')
  await requireAccessible(phone, 'the list of files')
  await takePicture(phone, 'files-390')
  await page.getByText('reports').first().tap()
  await page.getByText('hello.txt').first().tap()
  await page.getByText('hello', { exact: true }).waitFor()
  await requireNoSideways(phone, 'a file')
  await takePicture(phone, 'file-390')
  for (const name of ['Share', 'Rename or move', 'Delete', 'Tag', 'Upload', 'Request a file'])
    assert.equal(await page.getByRole('button', { name, exact: true }).count(), 0, name)
  assert.equal(await page.getByRole('tab', { name: 'Links' }).count(), 0)
  await page.getByRole('button', { name: 'Download' }).waitFor()
  for (const view of ['bin', 'storage']) {
    await page.goto(`/files?team=${teamId}&view=${view}`)
    await page.getByRole('heading', { name: 'Files' }).waitFor()
    await requireNoSideways(phone, view)
  }
  await page.goto(`/settings?team=${teamId}&page=variables`)
  await page.getByText('No variables yet').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Add a variable' }).count(), 0)
  await page.goto(`/settings?team=${teamId}&page=plan`)
  await page.getByText('Tokens to models').waitFor()
  assert.equal(await page.getByText('Change the plan').count(), 0)
  await requireNoSideways(phone, 'the plan')
  requireNoFaults(phone)
})

journey('the settings have the variables of the team, and what its plan allows', async () => {
  const desk = await enter()
  const { page } = desk
  await signInAsDemo(desk)
  await page.goto('/settings?page=variables')
  await page.getByRole('button', { name: 'Add a variable' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('apiToken')
  await dialog.getByText('This looks like a secret.').waitFor()
  await dialog.getByLabel('Name').fill('region')
  await dialog.getByLabel('Value as text').fill('eu')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Change region' }).click()
  await dialog.getByRole('tab', { name: 'JSON' }).click()
  await dialog.getByText('This is not valid JSON').waitFor()
  await dialog.getByLabel('Value as JSON').fill('["eu", "us"]')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByText('["eu","us"]').waitFor()
  await page.getByRole('button', { name: 'Add a variable' }).click()
  await dialog.getByLabel('Name').fill('region')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.getByText('The team has a variable with this name.').waitFor()
  await dialog.getByRole('button', { name: 'Leave it' }).click()
  await page.getByRole('button', { name: 'Set several as JSON' }).click()
  await dialog.getByLabel('Names and values').fill('{"region": "eu", "limit": 20}')
  await dialog.getByRole('button', { name: 'Set 2' }).click()
  await page.getByRole('button', { name: 'Change limit' }).waitFor()
  const { items } = await callAs<{ items: { name: string; value: unknown }[] }>(
    desk,
    'GET',
    '/workflows/variables',
  )
  assert.deepEqual(
    items.map(({ name, value }) => [name, value]),
    [
      ['limit', 20],
      ['region', 'eu'],
    ],
  )
  await page.getByRole('button', { name: 'Delete limit' }).click()
  await page.getByRole('button', { name: 'Delete the variable' }).click()
  await page.getByRole('button', { name: 'Change limit' }).waitFor({ state: 'detached' })
  await requireAccessible(desk, 'variables')

  await page.getByRole('tab', { name: 'Plan and usage' }).click()
  await page.getByText(/ of 1 GB$/).waitFor()
  await page.getByText('Tokens to models').waitFor()
  await requireAccessible(desk, 'plan and usage')
  await page.getByLabel('Plan', { exact: true }).selectOption('premium')
  await page.getByRole('button', { name: 'Change', exact: true }).click()
  await page.getByRole('button', { name: 'Change the plan' }).click()
  await page.getByText(/ of 20 GB$/).waitFor()
  requireNoFaults(desk)
})
