// Journeys through the console in a browser, on a real installation with fresh state and no mocked API.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { inRoot } from '../../scripts/server/paths.ts'
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

const FIRST_MINUTE_MS = 60_000

journey('the first minute: look around, run the sample, say yes, see the result', async () => {
  const tour = await enter()
  const { page } = tour
  const begun = performance.now()
  await page.goto('/')
  await page.getByRole('button', { name: 'Try it as the demo user' }).click()
  await page.getByRole('button', { name: 'Run the sample' }).click()
  await page
    .getByText(/The next attempt starts|Retrying|tries/)
    .first()
    .waitFor()
  await page.getByText('Ship A-1002 for 1245?').first().waitFor()
  await page.getByRole('button', { name: 'Approve' }).first().click()
  await page.getByText('Succeeded').first().waitFor()
  await page.getByText('shipped').first().waitFor()
  const took = performance.now() - begun
  assert.ok(took < FIRST_MINUTE_MS, `it took ${Math.round(took)} ms`)
  assert.match(await page.title(), /^Succeeded/)
  await takePicture(tour, 'first-minute')
  requireNoFaults(tour)
})

journey(
  'who is not signed in is led to the page that was asked for, and out of every tab at once',
  async () => {
    const first = await enter()
    await first.page.goto('/approvals?mine=true')
    await first.page.getByRole('button', { name: 'Try it as the demo user' }).click()
    await first.page.getByRole('heading', { name: 'Approvals' }).waitFor()
    assert.match(first.page.url(), /\/approvals\?mine=true$/)
    const second = await watched(await first.context.newPage(), first.faults)
    await second.goto('/runs')
    await second.getByRole('heading', { name: 'Runs' }).waitFor()
    await first.page.getByRole('button', { name: 'Sign out' }).click()
    for (const page of [first.page, second])
      await page.getByRole('heading', { name: 'Sign in to Orrery' }).waitFor()
    await second.reload()
    await second.getByRole('heading', { name: 'Sign in to Orrery' }).waitFor()
    // Requests in progress when the session ended are refused. The browser itself prints that.
    const refusedOnItsWay = /^WebSocket connection to|^Failed to load resource: .* 401 /
    assert.deepEqual(
      first.faults.filter((fault) => !refusedOnItsWay.test(fault)),
      [],
    )
  },
)

journey('four tabs that come back at once, and an answer that is lost, sign nobody out', async () => {
  const one = await enter()
  await signInAsDemo(one)
  // The first refresh reaches the at.server, and its answer is lost on the way back.
  let lost = 0
  await one.context.route('**/auth/refresh', async (route) => {
    if (lost++ > 0) return route.continue()
    await route.fetch()
    await route.abort()
  })
  const tabs = await Promise.all([1, 2, 3, 4].map(() => one.context.newPage()))
  await Promise.all(tabs.map((page) => page.goto('/runs')))
  for (const page of tabs) await page.getByRole('heading', { name: 'Runs' }).waitFor()
  assert.ok(lost > 1)
})

journey('registering, a wrong password, signing in by keyboard only, and deleting the account', async () => {
  const one = await enter()
  const { page } = one
  await page.goto('/register')
  await page.getByLabel('E-mail').fill('ada@example.com')
  await page.getByLabel('Password').fill('short')
  await page.getByRole('button', { name: 'Register' }).click()
  await page.getByText('Use at least 8 characters.').waitFor()
  await page.getByLabel('Password').fill('Blue-Comet-42')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('E-mail').fill('ada@example.com')
  await page.keyboard.press('Tab')
  await page.keyboard.type('Wrong-Comet-42')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('auth.invalid_credentials').waitFor()
  await page.getByLabel('Password').fill('Blue-Comet-42')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  await page.goto('/settings')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download all data' }).click(),
  ])
  assert.equal(download.suggestedFilename(), 'orrery-export.json')
  assert.match(readFileSync(await download.path(), 'utf8'), /ada@example\.com/)
  await page.getByRole('button', { name: 'Delete the account' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Password').fill('Wrong-Comet-42')
  await dialog.getByRole('button', { name: 'Delete everything' }).click()
  await dialog.getByText('auth.invalid_credentials').waitFor()
  await dialog.getByLabel('Password').fill('Blue-Comet-42')
  await dialog.getByRole('button', { name: 'Delete everything' }).click()
  await page.getByRole('heading', { name: 'Sign in to Orrery' }).waitFor()
  // A browser prints each refused request to its console. The page itself printed nothing.
  assert.deepEqual(
    one.faults.filter((fault) => !/^Failed to load resource|^WebSocket connection to/.test(fault)),
    [],
  )
})

type Made = { id: string }

const ASKS = {
  nodes: [
    { id: 'ask', type: 'flow.approval', params: { title: 'Go on with {{ input.n }}?' } },
    { id: 'done', type: 'data.set', params: { values: { ok: true } } },
  ],
  edges: [{ from: 'ask', to: 'done', port: 'approved' }],
  settings: { title: 'Question {{ input.n }}' },
}

journey('approvals are decided on a phone by touch', async () => {
  const phone = await enter({ width: 390, height: 844, touch: true })
  const { page } = phone
  await signInAsDemo(phone)
  const { id } = await callAs<Made>(phone, 'POST', '/workflows', { name: 'Asks', definition: ASKS })
  const run = await callAs<Made>(phone, 'POST', `/workflows/${id}/execute`, { input: { n: 1 } })
  await page.goto('/approvals')
  await page.getByText('Go on with 1?').waitFor()
  await requireNoSideways(phone, 'the list of approvals')
  await takePicture(phone, 'approvals-390')
  await page.getByRole('button', { name: 'Approve' }).first().tap()
  await page.getByText('Go on with 1?').waitFor({ state: 'detached' })
  await page.goto(`/runs/${run.id}?node=done`)
  await page.getByRole('tab', { name: 'Details', selected: true }).waitFor()
  await page.goto(`/workflows/${id}?run=true`)
  assert.equal((await page.getByRole('dialog').boundingBox())?.width, 390)
  requireNoFaults(phone)
})

journey(
  'runs are found by their title, chosen by keys and cancelled together, each with its answer',
  async () => {
    const desk = await enter()
    const { page } = desk
    await signInAsDemo(desk)
    const { id } = await callAs<Made>(desk, 'POST', '/workflows', { name: 'Waits', definition: ASKS })
    const items = Array.from({ length: 100 }, (_, n) => ({ workflowId: id, input: { n } }))
    for (let i = 0; i < 10; i++) await callAs(desk, 'POST', '/workflows/batch/execute', { items })
    await page.goto(`/runs?workflow=${id}&status=waiting`)
    await page.getByText('1,000', { exact: true }).first().waitFor({ timeout: 60_000 })
    // Of a thousand rows, only the visible ones are in the page.
    assert.ok((await page.getByRole('row').count()) < 80)
    await page.keyboard.press('f')
    await page.keyboard.type('question 7')
    await page.waitForURL(/q=question.7/)
    await page.locator('[role=table][aria-busy=false]').waitFor()
    await page.getByText('Question 77').first().waitFor()
    await page.getByText('Question 88').first().waitFor({ state: 'detached' })
    await page.keyboard.press('Escape')
    for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key)
    await page.getByText('2 chosen').waitFor()
    await page.getByRole('button', { name: 'Cancel', exact: true }).click()
    await page.getByText('2 runs of the 2 chosen are active').waitFor()
    await page.getByRole('button', { name: 'Cancel 2 runs' }).click()
    await page.getByText('Done for 2 runs').waitFor()
    await page.keyboard.press('Escape')
    await eventually('the list has one of them', async () => {
      const path = `/runs?workflowId=${id}&status=cancelled`
      return (await callAs<{ items: Made[] }>(desk, 'GET', path)).items.length > 0
    })
    await page.goto(`/runs?workflow=${id}&status=cancelled`)
    await page
      .getByRole('row', { name: /Cancelled/ })
      .first()
      .waitFor()

    // A thousand are more than the page has loaded.
    await page.goto(`/runs?workflow=${id}&status=waiting`)
    await page.getByText('998', { exact: true }).first().waitFor()
    await page.locator('[role=table][aria-busy=false]').waitFor()
    await page.getByRole('link', { name: 'Start a run' }).waitFor()
    for (const key of ['j', 'x']) await page.keyboard.press(key)
    await page.getByRole('button', { name: 'Choose all 998' }).click()
    // Changing a tick goes back to the ticked runs.
    for (const key of ['j', 'x']) await page.keyboard.press(key)
    await page.getByText('2 chosen').waitFor()
    await page.getByRole('button', { name: 'Choose all 998' }).click()
    await page.getByRole('button', { name: 'Cancel', exact: true }).click()
    await page.getByRole('button', { name: 'Cancel 998 runs' }).click()
    await page.getByText('Done for 998 runs').waitFor({ timeout: 60_000 })
    await takePicture(desk, 'bulk-cancel')
    await page.keyboard.press('Escape')
    await page.goto(`/runs?workflow=${id}&status=cancelled`)
    await page.getByText('1,000', { exact: true }).first().waitFor({ timeout: 60_000 })
    requireNoFaults(desk)
  },
)

type Mail = { items: { to: string; text: string }[] }

/** The token of the newest link to the page in a mail to the address, once it has arrived. */
async function mailedToken({ page }: Visit, to: string, path: string): Promise<string> {
  const { mailboxToken } = readState(stateDir, 'secrets.json') as { mailboxToken: string }
  for (;;) {
    const mailbox = await fetch(`${at.server.url}/dev/mailbox?token=${mailboxToken}&to=${to}`)
    const texts = ((await mailbox.json()) as Mail).items.map(({ text }) => text).join('\n')
    const token = new RegExp(`${path}#token=([\\w-]+)`).exec(texts)?.[1]
    if (token !== undefined) return token
    await page.waitForTimeout(100)
  }
}

async function registerAs(email: string) {
  const one = await enter()
  await one.page.goto('/register')
  await one.page.getByLabel('E-mail').fill(email)
  await one.page.getByLabel('Password').fill('Blue-Comet-42')
  await one.page.keyboard.press('Enter')
  await one.page.getByRole('heading', { name: 'Overview' }).waitFor()
  return one
}

journey('a stranger sees nothing of a team, and a viewer no button that would be refused', async () => {
  const owner = await enter()
  await signInAsDemo(owner)
  const team = await callAs<Made>(owner, 'POST', '/teams', { name: 'Observatory' })
  const eve = await registerAs('eve@example.com')
  await eve.page.goto(`/runs?team=${team.id}`)
  await eve.page.getByText('Not found', { exact: true }).waitFor()
  assert.equal(await eve.page.getByText('Observatory').count(), 0)

  await owner.page.goto(`/settings?page=members&team=${team.id}`)
  await owner.page.getByLabel('E-mail').fill('eve@example.com')
  await owner.page.getByLabel('Role', { exact: true }).selectOption('viewer')
  await owner.page.getByRole('button', { name: 'Send the invitation' }).click()
  await owner.page.getByText('An invitation is on its way to eve@example.com.').waitFor()
  const address = await mailedToken(eve, 'eve@example.com', '/account/verify-email')
  await callAs(eve, 'POST', '/auth/email/verify', { token: address })
  const invitation = await mailedToken(eve, 'eve@example.com', '/account/invitation')
  await callAs(eve, 'POST', `/teams/invitations/${invitation}/accept`)
  await eve.page.goto(`/workflows?team=${team.id}`)
  await eve.page.getByRole('heading', { name: 'Workflows' }).waitFor()
  assert.equal(await eve.page.getByRole('link', { name: 'Import' }).count(), 0)
  // The team stays selected from page to page.
  await eve.page.getByRole('link', { name: 'Runs', exact: true }).click()
  await eve.page.getByRole('heading', { name: 'Runs' }).waitFor()
  assert.match(eve.page.url(), new RegExp(`team=${team.id}`))
  assert.equal(await eve.page.getByRole('link', { name: 'Start a run' }).count(), 0)
  const made = {
    name: 'Shown',
    definition: { nodes: [{ id: 'a', type: 'data.set', params: { values: {} } }], edges: [] },
    triggers: [{ type: 'event', name: 'shown.*' }],
  }
  const shown = await callAs<Made>(owner, 'POST', '/workflows', made, team.id)
  await eve.page.goto(`/workflows/${shown.id}?tab=triggers&team=${team.id}`)
  await eve.page.getByText('shown.*').waitFor()
  for (const name of ['Add a trigger', 'Edit event', 'Delete event', 'Switch off'])
    assert.equal(await eve.page.getByRole('button', { name }).count(), 0, name)
  await eve.page.goto(`/settings?page=members&team=${team.id}`)
  await eve.page.getByRole('button', { name: 'Leave', exact: true }).waitFor()
  for (const name of ['Save', 'Delete the team', 'Send the invitation'])
    assert.equal(await eve.page.getByRole('button', { name }).count(), 0, name)
  assert.equal(await eve.page.getByRole('tab', { name: 'Audit log' }).count(), 0)
  await eve.page.getByRole('button', { name: 'Leave', exact: true }).click()
  await eve.page.getByRole('button', { name: 'Leave the team' }).click()
  await eve.page.getByRole('heading', { name: 'Overview' }).waitFor()
  assert.doesNotMatch(eve.page.url(), /team=/)
})

const BASE_32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The code that an authenticator app shows (RFC 6238). */
function codeOf(secret: string): string {
  const bits = [...secret].map((one) => BASE_32.indexOf(one).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g)?.map((one) => Number.parseInt(one, 2)) ?? [])
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)))
  const mac = createHmac('sha1', key).update(counter).digest()
  const at = (mac.at(-1) ?? 0) & 15
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

journey('a second factor is set up with its picture, and asked for at the next sign-in', async () => {
  const one = await registerAs('grace@example.com')
  const { page } = one
  await page.goto('/settings?page=security')
  const section = page.getByRole('region', { name: 'Second factor' })
  await section.getByLabel('Password').fill('Blue-Comet-42')
  await section.getByRole('button', { name: 'Set up a second factor' }).click()
  await section.getByRole('img', { name: /QR code/ }).waitFor()
  const secret = /[A-Z2-7]{16,}/.exec(await section.innerText())?.[0] ?? ''
  await section.getByLabel('Code from the app').fill(codeOf(secret))
  await section.getByRole('button', { name: 'Turn it on' }).click()
  await section.getByText('They are not shown again').waitFor()
  const [backup = ''] = await section.locator('ul.mono li').allInnerTexts()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('E-mail').fill('grace@example.com')
  await page.getByLabel('Password').fill('Blue-Comet-42')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Enter your code' }).waitFor()
  await page.getByLabel('Code').fill(backup)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
})

journey('a run fails: from Failing to the step, run again with other input, and compared', async () => {
  const one = await registerAs('vera@example.com')
  const { page } = one
  const definition = {
    nodes: [
      { id: 'check', type: 'flow.if', params: { condition: '{{ input.ok }}' } },
      { id: 'no', type: 'flow.fail', name: 'Say no', params: { message: 'It is not ok' } },
      { id: 'yes', type: 'data.set', params: { values: { ok: true } } },
    ],
    edges: [
      { from: 'check', to: 'yes', port: 'true' },
      { from: 'check', to: 'no', port: 'false' },
    ],
  }
  const made = await callAs<Made>(one, 'POST', '/workflows', { name: 'Verdict', definition })
  await callAs(one, 'POST', `/workflows/${made.id}/execute`, { input: { ok: false } })
  await page.goto('/')
  await page.getByRole('link', { name: /It is not ok/ }).click()
  await page.getByText('It is not ok').first().waitFor()
  assert.match(page.url(), /node=no/)
  await page.getByRole('button', { name: 'Rerun', exact: true }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Input').fill('{ "ok": true }')
  await dialog.getByRole('button', { name: 'Rerun' }).click()
  await page.getByText('Succeeded').first().waitFor()
  await page.getByRole('button', { name: 'Compare' }).click()
  await page
    .getByRole('dialog')
    .getByRole('link', { name: /this run follows it/ })
    .click()
  await page.waitForURL(/\/compare\//)
  await page.getByText('Say no').first().waitFor()
  await takePicture(one, 'compare')
  requireNoFaults(one)
})

type Frame = { type?: string; channel?: string; event?: { type: string } }

journey(
  'over a socket that loses every third event and repeats others, the page ends as the run did',
  async () => {
    const one = await enter()
    await signInAsDemo(one)
    let count = 0
    let lost = 0
    await one.context.routeWebSocket(/\/realtime\/ws\//, (near) => {
      const far = near.connectToServer()
      far.onMessage((message) => {
        const frame = (message === 'pong' ? {} : JSON.parse(String(message))) as Frame
        if (frame.type !== 'event') return near.send(message)
        count++
        if (count % 3 === 0) return void lost++
        near.send(message)
        if (count % 4 === 0) near.send(message)
      })
    })
    const { items } = await callAs<{ items: Made[] }>(one, 'GET', '/workflows?tag=sample&q=tour')
    const input = { order: 'A-7', lines: [{ sku: 'lens', price: 10, quantity: 3 }] }
    const run = await callAs<Made>(one, 'POST', `/workflows/${items[0]?.id}/execute`, { input })
    await one.page.goto(`/runs/${run.id}`)
    await one.page.getByText('Succeeded').first().waitFor()
    const { nodes } = await callAs<{ nodes: { id: string; status: string }[] }>(one, 'GET', `/runs/${run.id}`)
    assert.equal(nodes.find(({ id }) => id === 'ship')?.status, 'succeeded')
    // A row shows the same state of its step as the run.
    for (const [name, status] of [
      ['An endpoint that fails twice', 'succeeded'],
      ['Once for each line', 'succeeded'],
      ['ship', 'succeeded'],
      ['refuse', 'skipped'],
    ] as const)
      await one.page
        .getByRole('gridcell', { name: new RegExp(`${name}.*${status}`) })
        .first()
        .waitFor()
    assert.ok(lost > 0)
    requireNoFaults(one)
  },
)

const PAGES = [
  '/',
  '/runs',
  '/approvals',
  '/workflows',
  '/workflows/import',
  '/settings',
  '/notifications',
  '/settings?page=notifications',
  '/settings?page=security',
  '/settings?page=keys',
  '/settings?page=audit',
]

async function pagesOfSamples(one: Visit): Promise<string[]> {
  const runs = await callAs<{ items: Made[] }>(one, 'GET', '/runs?q=tour')
  const workflows = await callAs<{ items: Made[] }>(one, 'GET', '/workflows?tag=sample&q=tour')
  const [run, workflow] = [`/runs/${runs.items[0]?.id}`, `/workflows/${workflows.items[0]?.id}`]
  return [
    run,
    `${run}?node=fetch&tab=tries`,
    workflow,
    `${workflow}?tab=versions`,
    `${workflow}?tab=triggers`,
  ]
}

journey('a list of failed runs says when another run has failed, and an empty one shows it', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one)
  const nodes = [{ id: 'end', type: 'flow.fail', params: { message: 'No more stars' } }]
  const definition = { nodes, edges: [], settings: { title: 'Star {{ input.n }}' } }
  const workflow = await callAs<Made>(one, 'POST', '/workflows', { name: 'Stars', definition })
  const fail = (n: number) => callAs(one, 'POST', `/workflows/${workflow.id}/execute`, { input: { n } })
  await page.goto(`/runs?status=failed&workflow=${workflow.id}`)
  await page.getByText('No matching runs').waitFor()
  await page.getByText('Live', { exact: true }).waitFor()
  await fail(1)
  await page.getByText('Star 1').waitFor()
  await fail(2)
  await page.getByRole('button', { name: '1 new run' }).click()
  await page.getByText('Star 2').waitFor()
  requireNoFaults(one)
})

for (const theme of ['light', 'dark'] as const) {
  journey(`pages are accessible and fit from 360 to 2,560 px, ${theme}`, async () => {
    const one = await enter({ theme })
    await one.page.goto('/sign-in')
    await one.page.getByRole('button', { name: 'Try it as the demo user' }).waitFor()
    await requireAccessible(one, 'sign-in')
    await signInAsDemo(one)
    for (const path of [...PAGES, ...(await pagesOfSamples(one))]) {
      await one.page.setViewportSize({ width: 1440, height: 900 })
      await one.page.goto(path)
      await one.page.getByRole('heading', { level: 1 }).first().waitFor()
      await one.page.waitForLoadState('networkidle')
      await requireAccessible(one, path)
      for (const width of [360, 390, 1440, 2560]) {
        await one.page.setViewportSize({ width, height: 900 })
        await requireNoSideways(one, `${path} at ${width} px`)
        await takePicture(
          one,
          `${path.replace(/_\w+/, '').replace(/\W+/g, '-').replace(/^-|-$/g, '') || 'overview'}-${width}-${theme}`,
        )
      }
    }
    requireNoFaults(one)
  })
}

journey('without JavaScript, a sentence says so where it is seen', async () => {
  const context = await at.browser.newContext({ baseURL: at.server.url, javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto('/runs')
  const box = await page.locator('noscript').boundingBox()
  assert.ok(box !== null && box.y >= 0 && box.y < 400, JSON.stringify(box))
  await context.close()
})

/** The transferred size of scripts and styles. */
const FIRST_VIEW_BYTES = 150 * 1024
/** With the styles and the fields of forms, which are not part of the first view. */
const RUN_PAGE_BYTES = 112 * 1024

const BUILT = inRoot('dist/assets/current/console')

function requireSmall(paths: string[], most: number): void {
  const files = paths.map((path) => ({ path, size: gzipSync(readFileSync(join(BUILT, path))).length }))
  const total = files.reduce((sum, { size }) => sum + size, 0)
  const list = files.map(({ path, size }) => `${path} ${size}`).join(', ')
  assert.ok(total <= most, `${total} bytes: ${list}`)
}

journey('the first view is small, and so is what a run page adds', async () => {
  const one = await enter()
  await signInAsDemo(one)
  // A new page without a pointer: links under a pointer are preloaded.
  const page = await one.context.newPage()
  const loaded = new Set<string>()
  page.on('response', (response) => {
    const { pathname } = new URL(response.url())
    if (/^\/assets\/.*\.(?:js|css)$/.test(pathname)) loaded.add(pathname)
  })
  await page.goto('/')
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  await page.waitForLoadState('networkidle')
  const first = new Set(loaded)
  assert.ok(first.size > 1 && readdirSync(join(BUILT, 'assets')).length > first.size)
  requireSmall([...first], FIRST_VIEW_BYTES)
  const { items } = await callAs<{ items: Made[] }>(one, 'GET', '/runs')
  await page.goto(`/runs/${items[0]?.id}`)
  await page.locator('.react-flow__node').first().waitFor()
  await page.waitForLoadState('networkidle')
  const added = [...loaded].filter((path) => !first.has(path))
  assert.ok(added.length > 1)
  requireSmall(added, RUN_PAGE_BYTES)
})
