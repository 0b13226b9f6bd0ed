// Journeys through what the console tells people: the bell, the list and its settings, announcements, and who is told.
import assert from 'node:assert/strict'
import { eventually, readState } from '../e2e/installation.ts'
import {
  callAs,
  requireAccessible,
  requireNoFaults,
  requireNoSideways,
  signInAsDemo,
  takePicture,
  type Visit,
  watched,
} from './console-browser.ts'
import { journeys } from './console-journeys.ts'

const { at, enter, journey, stateDir } = journeys()

type Made = { id: string }

const FAILS = {
  nodes: [{ id: 'boom', type: 'flow.fail', params: { message: 'The supplier is closed' } }],
  edges: [],
}

async function tell(one: Visit, title: string, more: object = {}): Promise<void> {
  const { id } = await callAs<Made>(one, 'GET', '/auth/me')
  await callAs(one, 'POST', '/realtime/notify/user-notification', { userId: id, title, message: '', ...more })
}

/** As the administrator of the installation. */
async function announce(title: string, level: string): Promise<void> {
  const { adminPassword } = readState(stateDir, 'secrets.json') as { adminPassword: string }
  const post = async <T>(path: string, body: object, token?: string): Promise<T> => {
    const answer = await fetch(`${at.server.url}/api/v1${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined
          ? {}
          : { authorization: `Bearer ${token}`, 'idempotency-key': crypto.randomUUID() }),
      },
      body: JSON.stringify(body),
    })
    assert.ok(answer.ok, await answer.clone().text())
    return answer.json() as Promise<T>
  }
  const signIn = { email: 'admin@example.com', password: adminPassword }
  const { accessToken } = await post<{ accessToken: string }>('/auth/login', signIn)
  await post(
    '/realtime/broadcast/system-announcement',
    { title, message: 'Please wait.', level },
    accessToken,
  )
}

journey('a failed run rings the bell, which leads to the run and is quiet when it was read', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one)
  const workflow = await callAs<Made>(one, 'POST', '/workflows', { name: 'Fails', definition: FAILS })
  await callAs(one, 'POST', `/workflows/${workflow.id}/execute`, { input: {} })
  await page.getByRole('button', { name: 'Notifications, 1 unread' }).click()
  const panel = page.getByRole('dialog', { name: 'Notifications' })
  await panel.getByText('The supplier is closed').waitFor()
  await requireAccessible(one, 'the open bell')
  await takePicture(one, 'bell')
  await panel.getByRole('link', { name: /Fails has failed/ }).click()
  await page.waitForURL(/\/runs\/run_/)
  await page.getByRole('button', { name: 'Notifications', exact: true }).waitFor()
  await panel.waitFor({ state: 'detached' })

  // It arrives while the panel is open, and all are read at once.
  await tell(one, 'First note')
  await page.getByRole('button', { name: 'Notifications, 1 unread' }).click()
  await tell(one, 'Second note')
  await panel.getByText('Second note').waitFor()
  await panel.getByRole('button', { name: 'Mark all as read' }).click()
  await page.getByRole('button', { name: 'Notifications', exact: true }).waitFor()
  await panel.getByRole('link', { name: 'All notifications' }).click()
  await page.getByRole('heading', { name: 'Notifications' }).waitFor()
  requireNoFaults(one)
})

journey('the list is filtered, read by keys, and a deleted notification is gone', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one)
  await tell(one, 'Keep this', { link: 'https://example.com/report', level: 'success' })
  await tell(one, 'Delete this')
  await page.goto('/notifications?kind=mention')
  await page.getByText('Delete this').waitFor()
  const row = (name: string) => page.locator('li', { hasText: name })
  const link = row('Keep this').getByRole('link')
  assert.deepEqual(
    [await link.getAttribute('href'), await link.getAttribute('rel')],
    ['https://example.com/report', 'noopener noreferrer'],
  )
  await page.keyboard.press('j')
  await page.keyboard.press('m')
  await row('Delete this')
    .getByRole('button', { name: /^Mark as read/ })
    .waitFor({ state: 'detached' })
  await page.getByRole('button', { name: /^Unread/ }).click()
  await row('Delete this').waitFor({ state: 'detached' })
  await row('Keep this').waitFor()
  assert.match(page.url(), /kind=mention/)
  await page.getByRole('button', { name: /^All/ }).click()
  await row('Delete this')
    .getByRole('button', { name: /^Delete/ })
    .click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Delete it' }).click()
  await row('Delete this').waitFor({ state: 'detached' })
  await requireAccessible(one, 'the notifications')
  await page.setViewportSize({ width: 390, height: 800 })
  await requireNoSideways(one, 'the notifications')
  await takePicture(one, 'notifications-390')
  await page.goto('/notifications?show=unread&kind=budget.stopped')
  await page.getByText('No matching notifications').waitFor()
  requireNoFaults(one)
})

journey('the settings of notifications are saved at once', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one)
  const workflow = await callAs<Made>(one, 'POST', '/workflows', { name: 'Noisy', definition: FAILS })
  type Saved = {
    mail: boolean
    digest: string
    timezone: string
    quietHours: { from: string; to: string } | null
    mutedWorkflows: string[]
    kinds: Record<string, { inApp: boolean; mail: boolean }>
  }
  const saved = (holds: (settings: Saved) => boolean) =>
    eventually('the settings are saved', async () =>
      holds(await callAs<Saved>(one, 'GET', '/users/notifications/settings')),
    )
  await page.goto('/settings?page=notifications')
  await page.getByLabel('A run has failed: E-mail').click()
  await saved(({ kinds }) => kinds['run.failed']?.mail === false && kinds['run.failed'].inApp)
  assert.ok(await page.getByLabel('You are invited to a team: In the list').isDisabled())
  await page.getByLabel('Your time zone', { exact: true }).selectOption('Europe/Berlin')
  await page.getByLabel('Collect e-mails').selectOption('weekly')
  await saved(({ digest, timezone }) => digest === 'weekly' && timezone === 'Europe/Berlin')
  await page.getByLabel(/^Quiet hours/).click()
  await page.getByLabel('From', { exact: true }).fill('21:30')
  await page.getByRole('button', { name: 'Save the hours' }).click()
  await saved(({ quietHours }) => quietHours?.from === '21:30' && quietHours.to === '07:00')
  await page.getByLabel('Mute a workflow of this team').selectOption({ label: 'Noisy' })
  await saved(({ mutedWorkflows }) => mutedWorkflows.includes(workflow.id))
  await page.getByLabel('Send e-mails').click()
  await saved(({ mail }) => !mail)
  assert.ok(await page.getByLabel('A task was assigned to you: E-mail').isDisabled())
  await page.reload()
  await page.getByRole('button', { name: 'Unmute' }).click()
  await saved(({ mutedWorkflows }) => mutedWorkflows.length === 0)
  assert.equal(await page.getByLabel('From', { exact: true }).inputValue(), '21:30')
  await requireAccessible(one, 'the settings of notifications')
  requireNoFaults(one)
})

journey('an announcement appears on the open page and stays until it is dismissed', async () => {
  const one = await enter({ width: 390, height: 800, theme: 'dark' })
  const { page } = one
  await signInAsDemo(one, '/runs')
  await announce('Maintenance on Saturday', 'warning')
  const bar = page.getByRole('region', { name: 'Announcements' })
  await bar.getByText('Maintenance on Saturday').waitFor()
  await announce('The mail is late', 'error')
  await bar.getByText('The mail is late').waitFor()
  await bar.getByRole('button', { name: '1 more' }).click()
  await bar.getByText('Maintenance on Saturday').waitFor()
  await requireAccessible(one, 'announcements')
  await requireNoSideways(one, 'announcements')
  await takePicture(one, 'announcements-390')
  await bar.getByRole('button', { name: 'Dismiss: The mail is late' }).click()
  await bar.getByText('The mail is late').waitFor({ state: 'detached' })
  await page.reload()
  await bar.getByText('Maintenance on Saturday').waitFor()
  assert.equal(await bar.getByText('The mail is late').count(), 0)
  await bar.getByRole('button', { name: /^Dismiss/ }).click()
  await bar.waitFor({ state: 'detached' })
  requireNoFaults(one)
})

journey('a notification about another team leads into that team', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one)
  const team = await callAs<Made>(one, 'POST', '/teams', { name: 'Observatory' })
  const definition = { name: 'Star chart', definition: FAILS }
  const workflow = await callAs<Made>(one, 'POST', '/workflows', definition, team.id)
  await callAs(one, 'POST', `/workflows/${workflow.id}/execute`, { input: {} }, team.id)
  await page.goto('/notifications')
  const link = page.getByRole('link', { name: /Star chart has failed/ })
  // Looking at a link does not change the team.
  await link.hover()
  await page.keyboard.press('g')
  await page.keyboard.press('w')
  await page.getByRole('heading', { name: 'Workflows' }).waitFor()
  await page.getByText('Hello').first().waitFor()
  assert.equal(await page.getByText('Star chart').count(), 0)
  await page.goBack()
  await link.click()
  await page.waitForURL(new RegExp(`/runs/run_.*team=${team.id}`))
  await page.getByRole('gridcell', { name: /boom.*failed/ }).waitFor()
  const chosen = page.getByLabel('Team', { exact: true }).locator('option:checked')
  await eventually('the team is chosen', async () => (await chosen.textContent()) === 'Observatory')
  requireNoFaults(one)
})

journey('when somebody else signs in in another tab, an open form does not show them its text', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one)
  const workflow = await callAs<Made>(one, 'POST', '/workflows', { name: 'Private', definition: FAILS })
  await page.goto(`/workflows/${workflow.id}?run=true`)
  await page.getByRole('dialog').getByLabel('Input').fill('{ "salary": 4711 }')
  const second = await watched(await one.context.newPage(), one.faults)
  await second.goto('/register')
  await second.getByLabel('E-mail').fill('grace@example.com')
  await second.getByLabel('Password').fill('Blue-Comet-42')
  await second.keyboard.press('Enter')
  await second.getByRole('heading', { name: 'Overview' }).waitFor()

  // The first tab is theirs now: another name, and neither the text nor the workflow of the person before.
  await page.getByText('Not found').waitFor()
  assert.equal(await page.getByText('4711').count(), 0)
  assert.equal(await page.locator('textarea').count(), 0)
  assert.doesNotMatch(await page.evaluate(() => JSON.stringify(Object.entries(sessionStorage))), /4711/)
  await page.goto('/settings')
  await page.getByText('grace@example.com').first().waitFor()
})

journey('what one person was about to send is not sent with the session of another', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one)
  await page.goto('/settings?page=members')
  await page.getByLabel('Name').fill('Secret team')
  // This tab does not hear of it: the other one does not use the console.
  await one.context.clearCookies()
  const stranger = await one.context.request.post('/api/v1/auth/register', {
    headers: { 'x-orrery-client': 'console', origin: at.server.url },
    data: { email: 'hedy@example.com', password: 'Blue-Comet-42', name: 'Hedy' },
  })
  assert.ok(stranger.ok())
  const sent: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST' && /\/teams$/.test(request.url())) sent.push(request.url())
  })
  // So it learns of it when its token is over.
  await page.route('**/api/v1/teams', (route) =>
    route.fulfill({ status: 401, contentType: 'application/json', body: '{"code":"auth.invalid_token"}' }),
  )
  await page.getByRole('button', { name: 'Create team' }).click()
  await page.getByText('Somebody else has signed in').waitFor()
  assert.equal(sent.length, 1)
  assert.equal(await page.getByLabel('Name').inputValue(), '')
  await page.getByText('Hedy').first().waitFor()
})
