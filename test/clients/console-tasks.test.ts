// Journeys through the pages of tasks in a browser, on a real installation with fresh state and no mocked API.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { utils, write } from '@e965/xlsx'
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
const make = (one: Visit, body: object) => callAs<Made>(one, 'POST', '/tasks', { type: 'custom', ...body })
const steps = (value: string) => ({
  steps: [{ id: 'say', name: 'Say it', type: 'data.set', params: { values: { text: value } } }],
})

journey('a task is created, executed, watched, edited, waited for and commented on', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one, '/tasks')
  await page.getByText('No task yet').waitFor()
  await page.getByRole('button', { name: 'New task' }).first().click()
  await page.getByLabel('Title').fill('Write the monthly report')
  await page.getByLabel('Who does the work').selectOption('steps')
  await page.getByLabel('Steps').fill(JSON.stringify(steps('Sold 12 lamps').steps))
  await page.getByRole('combobox', { name: 'Assignee' }).fill('demo')
  await page.getByRole('option', { name: /demo@example.com/ }).click()
  await page.getByLabel('Tags').fill('office, monthly')
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  await page.getByText('Nobody has started it.').waitFor()
  assert.match(await page.title(), /^Draft: Write the monthly report/)

  await page.getByRole('button', { name: 'Execute' }).click()
  await page.getByText('"Sold 12 lamps"').first().waitFor()
  await page.getByRole('link', { name: 'Say it' }).waitFor()
  assert.match(await page.title(), /^Succeeded/)

  await page.getByRole('button', { name: 'Edit' }).click()
  await page.getByLabel('Title').fill('Write the report of March')
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  // Somebody else is faster.
  await callAs(one, 'PATCH', `/tasks/${id}`, { priority: 9 })
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The task was changed since you opened it.').waitFor()
  await page.getByRole('button', { name: 'Save my changes all the same' }).click()
  await page.getByRole('heading', { name: 'Write the report of March' }).waitFor()
  const saved = await callAs<{ title: string; priority: number }>(one, 'GET', `/tasks/${id}`)
  assert.deepEqual([saved.title, saved.priority], ['Write the report of March', 9])

  await page.getByRole('tab', { name: 'Comments' }).click()
  await page.getByRole('textbox', { name: 'Comment' }).fill('The figures of April come on Monday.')
  await page.getByRole('button', { name: 'Comment', exact: true }).click()
  await page.getByRole('list', { name: 'Comments' }).getByText('come on Monday').waitFor()
  await page.getByRole('tab', { name: 'History' }).click()
  await page.getByText('updated').first().waitFor()

  const next = await make(one, { title: 'Send the report' })
  await page.goto(`/tasks/${next.id}?tab=dependencies`)
  await page.getByRole('combobox', { name: 'Add a task to wait for' }).fill('march')
  await page.getByRole('option', { name: /Write the report of March/ }).click()
  const graph = page.getByRole('group', { name: 'Graph of dependencies' })
  await graph.getByRole('link', { name: /Write the report of March/ }).waitFor()
  await page.goto('/tasks?view=graph')
  await graph.getByRole('link', { name: /Send the report/ }).click()
  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByText('It waits for no other task.').waitFor()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('button', { name: 'Delete the task' }).click()
  await page.getByRole('heading', { name: 'Tasks' }).waitFor()
  await page.getByRole('row', { name: /Write the report of March/ }).waitFor()
  await page.getByRole('row', { name: /Send the report/ }).waitFor({ state: 'detached' })
  await takePicture(one, 'tasks-journey')
  // A browser prints each refused request.
  assert.deepEqual(
    one.faults.filter((fault) => !/ 412 /.test(fault)),
    [],
  )
})

journey('tasks are found, chosen by keys and changed together, on the list and on the board', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one, '/tasks')
  for (const place of ['north', 'south', 'west']) await make(one, { title: `Count the shelves ${place}` })
  const failing = { steps: [{ id: 'x', type: 'data.set', params: { values: { x: '{{ input.no.such }}' } } }] }
  await make(one, { title: 'Count the boxes', input: failing, autoStart: true })
  await page.getByText('Count the boxes').first().waitFor()
  await page.getByRole('button', { name: /^Failed 1/ }).click()
  await page.getByRole('row', { name: /Count the boxes/ }).waitFor()
  await page
    .getByRole('row', { name: /shelves/ })
    .first()
    .waitFor({ state: 'detached' })
  await page.getByRole('button', { name: /^All/ }).click()

  await page.keyboard.press('f')
  await page.keyboard.type('shelves')
  await page.waitForURL(/q=shelves/)
  await page.getByRole('row', { name: /boxes/ }).waitFor({ state: 'detached' })
  await page.keyboard.press('Escape')
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.keyboard.press('Shift+ArrowDown')
  const bar = page.getByRole('region', { name: 'Chosen tasks' })
  await bar.getByText('2', { exact: true }).waitFor()
  await bar.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Cancel 2 tasks' }).click()
  await page.getByText('Done for 2 tasks').waitFor()
  await page.getByRole('button', { name: 'Close' }).click()

  // All that match are changed by a run.
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await bar.getByRole('button', { name: 'Choose all 3' }).click()
  await bar.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('button', { name: 'Delete 3 tasks' }).click()
  await page.getByText('3 done').waitFor()
  await page.getByRole('button', { name: 'Close' }).click()
  await page.getByText('No matching tasks').waitFor()
  await page.getByRole('button', { name: 'Show all tasks' }).click()

  await page.getByRole('tab', { name: 'Board' }).click()
  await page.waitForURL(/view=board/)
  const failed = page.getByRole('region', { name: 'Failed' })
  await failed.getByRole('link', { name: /Count the boxes/ }).waitFor()
  await make(one, { title: 'Paint the door', input: steps('Painted') })
  await page.getByLabel('Move Paint the door').selectOption('execute')
  const succeeded = page.getByRole('region', { name: 'Succeeded' })
  await succeeded.getByRole('link', { name: /Paint the door/ }).waitFor()
  requireNoFaults(one)
})

journey('a tree shows the parts of a task, and the pages fit a phone and both themes', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one, '/tasks?view=tree')
  const parent = await make(one, { title: 'Move the warehouse' })
  await page.getByText('Move the warehouse').first().waitFor()
  await page.goto(`/tasks/${parent.id}?tab=subtasks`)
  await page.getByRole('button', { name: 'Add a part' }).click()
  await page.getByLabel('Title').fill('Hire a truck')
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  await page.getByRole('link', { name: 'Move the warehouse' }).waitFor()
  await page.goto('/tasks?view=tree')
  await page.getByRole('button', { name: 'Parts of Move the warehouse' }).click()
  await page.getByRole('list', { name: 'Parts of Move the warehouse' }).getByText('Hire a truck').waitFor()

  await page.goto(`/tasks/${parent.id}?tab=schedule`)
  await page.getByText('No schedule').waitFor()
  const paths = [
    '/tasks',
    '/tasks?view=board',
    '/tasks?view=tree',
    '/tasks?view=graph',
    '/tasks?new=true',
    ...['work', 'subtasks', 'dependencies', 'schedule', 'comments', 'history'].map(
      (tab) => `/tasks/${parent.id}?tab=${tab}`,
    ),
  ]
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    // The dark theme has the same parts in other colours, so a few pages are enough.
    for (const path of theme === 'light' ? paths : paths.filter((_, at) => at % 3 === 0)) {
      await page.setViewportSize({ width: 1440, height: 900 })
      await page.goto(path)
      await page.getByRole('heading', { level: 1 }).first().waitFor()
      await page.waitForLoadState('networkidle')
      await requireAccessible(one, `${path} ${theme}`)
      await page.setViewportSize({ width: 390, height: 844 })
      await requireNoSideways(one, path)
      await takePicture(one, `${path.replace(/_\w+/, '').replace(/\W+/g, '-').slice(1)}-390-${theme}`)
    }
  }
  requireNoFaults(one)
})

journey('templates make tasks, files bring and take them, and figures count them', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one, '/tasks/templates')
  const card = page.getByRole('listitem').filter({ hasText: 'Release with checks' })
  await card.getByRole('button', { name: 'Use it' }).click()
  await page.getByLabel('version').fill('2.0')
  await page.getByRole('button', { name: 'Create it' }).click()
  await page.getByRole('heading', { name: 'Release 2.0' }).waitFor()
  await page.getByRole('tab', { name: 'Parts 4' }).click()
  await page.getByText('Write the notes of 2.0').waitFor()
  await page.getByRole('button', { name: 'Keep as a template' }).click()
  await page.getByLabel('Name').fill('Our release')
  await page.getByText('5 tasks in all.').waitFor()
  await page.getByRole('button', { name: 'Keep it' }).click()
  const own = page.getByRole('listitem').filter({ hasText: 'Our release' })
  await own.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('button', { name: 'Delete the template' }).click()
  await own.waitFor({ state: 'detached' })

  await page.goto('/tasks/import')
  const rows = 'title,type,priority\nCount the lamps,custom,7\n,custom,5\n'
  await page
    .getByLabel('Choose a file')
    .setInputFiles({ name: 'tasks.csv', mimeType: 'text/csv', buffer: Buffer.from(rows) })
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await page.getByText('1 task created').waitFor()
  await page.getByText('Row 2').waitFor()
  const book = utils.book_new()
  utils.book_append_sheet(
    book,
    utils.aoa_to_sheet([
      ['title', 'type'],
      ['Polish the lens', 'custom'],
    ]),
  )
  await page.getByLabel('Choose a file').setInputFiles({
    name: 'tasks.xlsx',
    mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    buffer: write(book, { type: 'buffer', bookType: 'xlsx' }),
  })
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await page.getByRole('link', { name: 'Open it' }).waitFor()

  await page.goto('/tasks?priority=7,8,9')
  await page.getByRole('row', { name: /Count the lamps/ }).waitFor()
  await page.getByRole('button', { name: 'Export' }).click()
  const dialog = page.getByRole('dialog')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Export' }).click(),
  ])
  assert.equal(download.suggestedFilename(), 'tasks.csv')
  const text = readFileSync(await download.path(), 'utf8')
  assert.match(text, /Count the lamps/)
  assert.doesNotMatch(text, /Write the notes/)

  await page.goto('/tasks/limits')
  await page.getByLabel('At most').fill('3')
  await page.getByRole('button', { name: 'Set the limit' }).click()
  await page.getByRole('list', { name: 'Limits' }).getByText('with the status Running').waitFor()
  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByText('There is no limit.').waitFor()

  await page.goto('/tasks/figures')
  await page.getByRole('row', { name: /Custom/ }).waitFor()
  for (const path of ['/tasks/figures', '/tasks/templates', '/tasks/limits', '/tasks/import']) {
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.goto(path)
    await page.waitForLoadState('networkidle')
    await requireAccessible(one, path)
    await page.setViewportSize({ width: 390, height: 844 })
    await requireNoSideways(one, path)
  }
  requireNoFaults(one)
})

journey('a viewer sees the tasks and no button that would be refused', async () => {
  const team = await newTeamWithDemoAs('viewer', at.server.url, stateDir)
  const { status } = await call(at.server.url, 'POST', '/api/v1/tasks', {
    token: team.ownerToken,
    headers: { 'x-team-id': team.teamId },
    json: { title: 'Paint the door', type: 'custom' },
  })
  assert.equal(status, 201)
  const viewer = await enter()
  const { page } = viewer
  await signInAsDemo(viewer, `/tasks?team=${team.teamId}`)
  await page.getByRole('row', { name: /Paint the door/ }).waitFor()
  assert.equal(await page.getByRole('button', { name: 'New task' }).count(), 0)
  assert.equal(await page.getByRole('checkbox').count(), 0)
  await page.getByRole('tab', { name: 'Board' }).click()
  await page.getByRole('region', { name: 'To do' }).getByText('Paint the door').waitFor()
  assert.equal(await page.getByLabel('Move Paint the door').count(), 0)
  await page.getByRole('link', { name: /Paint the door/ }).click()
  await page.getByText('Nobody has started it.').waitFor()
  for (const name of ['Edit', 'Delete', 'Execute', 'Cancel'])
    assert.equal(await page.getByRole('button', { name }).count(), 0, name)
  assert.equal(await page.getByRole('tab', { name: 'History' }).count(), 0)
  await page.getByRole('tab', { name: 'Comments' }).click()
  await page.getByText('No comment yet.').waitFor()
  assert.equal(await page.getByRole('textbox', { name: 'Comment' }).count(), 0)
  requireNoFaults(viewer)
})
