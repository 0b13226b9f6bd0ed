// Journeys that steer runs: effects whose outcome nobody knows after a crash, undoing what a run did, and the panes of its page.
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { eventually, kill, startAgain } from '../e2e/installation.ts'
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

let receiver: Served
let settings: Record<string, string>
/** Calls that got no response yet, by path. */
const held = new Map<string, ServerResponse[]>()
/** The idempotency keys of all calls, by path. */
const keys = new Map<string, string[]>()

const noteOf = <T>(map: Map<string, T[]>, path: string): T[] => {
  const list = map.get(path) ?? []
  map.set(path, list)
  return list
}

const { at, enter, journey, stateDir } = journeys({
  open: async () => {
    receiver = await serve(() => async (request, response) => {
      const path = request.url ?? ''
      await bodyOf(request)
      noteOf(keys, path).push(String(request.headers['idempotency-key']))
      if (path.startsWith('/hold/')) noteOf(held, path).push(response)
      else sendJson(response, 200, { ok: true })
    })
    settings = { OUTBOUND_ALLOW_HOSTS: new URL(receiver.url).host }
    return settings
  },
  close: async () => {
    await receiver.close()
  },
})

type Made = { id: string }

async function startRun(one: Visit, name: string, definition: object, input: object): Promise<string> {
  const workflow = await callAs<Made>(one, 'POST', '/workflows', { name, definition })
  return (await callAs<Made>(one, 'POST', `/workflows/${workflow.id}/execute`, { input })).id
}

const post = (path: string) => ({ method: 'POST', url: `${receiver.url}${path}` })

/** Until the receiver has been called. */
async function untilCalled({ page }: Visit, path: string, times = 1): Promise<void> {
  while ((keys.get(path)?.length ?? 0) < times) await page.waitForTimeout(50)
}

const charge = () => ({
  nodes: [
    {
      id: 'charge',
      type: 'http.request',
      name: 'Charge the card',
      effect: 'at-most-once',
      params: post('/hold/{{ input.card }}'),
    },
    {
      id: 'thank',
      type: 'data.set',
      params: { values: { receipt: '{{ nodes.charge.receipt ?? "none" }}' } },
    },
  ],
  edges: [{ from: 'charge', to: 'thank' }],
  settings: { title: 'Card {{ input.card }}' },
})

journey('after a crash in the middle of a charge, a person says what has happened to it', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one)
  const cards = ['taken', 'refused', 'again']
  const runs: string[] = []
  for (const card of cards) runs.push(await startRun(one, `Charge ${card}`, charge(), { card }))
  for (const card of cards) await untilCalled(one, `/hold/${card}`)
  await page.goto(`/runs/${runs[0]}`)
  await page.getByRole('gridcell', { name: /Charge the card.*running/ }).waitFor()
  kill(at.server.npm.pid, true)
  await at.server.ended
  await page.getByText(/Offline since/).waitFor()
  at.server = await startAgain(stateDir, at.server, settings)

  // The open page finds its way back, and says that a person is needed.
  // After several failures, it tries again every fifteen seconds.
  await page.getByText('Live', { exact: true }).waitFor({ timeout: 60_000 })
  await page.keyboard.press('t')
  await page.getByText(/Outcome unknown/).waitFor()
  await takePicture(one, 'unknown-outcome')
  await requireAccessible(one, 'a step with unknown outcome')
  await page.getByText('It happened and returned a value').click()
  await page.getByLabel('The output for the run to continue with').fill('{ "receipt": "R-17" }')
  await page.getByRole('button', { name: 'It happened' }).click()
  await page.getByText('Succeeded').first().waitFor()
  await page.keyboard.press('Escape')
  await page.getByText('R-17').first().waitFor()

  await page.goto(`/runs/${runs[1]}?node=charge`)
  await page.getByRole('button', { name: 'It did not happen' }).click()
  await page.getByText('Failed').first().waitFor()

  await page.goto(`/runs/${runs[2]}?node=charge`)
  await page.getByRole('button', { name: 'Repeat it' }).click()
  await untilCalled(one, '/hold/again', 2)
  for (const response of held.get('/hold/again') ?? []) sendJson(response, 200, { receipt: 'R-18' })
  await page.getByText('Succeeded').first().waitFor()
  // The other system can tell that it is the same charge.
  assert.equal(new Set(keys.get('/hold/again')).size, 1)
  assert.deepEqual([keys.get('/hold/taken')?.length, keys.get('/hold/refused')?.length], [1, 1])
})

journey('what a run did is undone by another run, once, and both pages say so', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one)
  const definition = {
    nodes: [
      { id: 'reserve', type: 'http.request', name: 'Reserve', params: post('/reserve'), undo: 'release' },
      { id: 'release', type: 'http.request', name: 'Release', params: post('/release') },
      { id: 'pay', type: 'data.set', name: 'Pay', params: { values: { paid: true } } },
    ],
    edges: [{ from: 'reserve', to: 'pay' }],
  }
  const order = await startRun(one, 'Order', definition, {})
  await page.goto(`/runs/${order}`)
  await page.getByText('Succeeded').first().waitFor()
  assert.equal(keys.get('/release'), undefined)
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('A new run undoes 1 step').waitFor()
  await dialog.getByRole('button', { name: 'Undo it' }).click()
  await page.waitForURL((url) => /\/runs\/run_/.test(url.pathname) && !url.pathname.endsWith(order))
  await page.getByRole('gridcell', { name: /Release.*succeeded/ }).waitFor()
  await page.getByText('Undo run', { exact: true }).waitFor()
  assert.deepEqual(keys.get('/release')?.length, 1)
  await takePicture(one, 'undone')
  await page.goto(`/runs/${order}`)
  await page.getByRole('link', { name: 'Undone by' }).waitFor()
  assert.equal(await page.getByRole('button', { name: 'Undo', exact: true }).count(), 0)
  requireNoFaults(one)
})

/** Ends the session as an administrator or another device would. */
async function endSession(one: Visit): Promise<void> {
  const { items } = await callAs<{ items: (Made & { current: boolean })[] }>(one, 'GET', '/auth/sessions')
  const current = items.find((session) => session.current)
  await callAs(one, 'DELETE', `/auth/sessions/${current?.id}`)
}

journey('text typed before the session ends is offered again, and never to somebody else', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one)
  const workflow = await callAs<Made>(one, 'POST', '/workflows', { name: 'Typed', definition: STEPS })
  const dialog = page.getByRole('dialog')
  const open = async () => {
    await page.goto(`/workflows/${workflow.id}`)
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await dialog.getByLabel('Input').waitFor()
  }
  await open()
  await dialog.getByLabel('Input').fill('{ "half": "typed", ')
  // What cannot be read is not sent without it.
  await dialog.getByRole('button', { name: 'Run' }).click()
  assert.equal(await dialog.getByLabel('Input').evaluate((area) => area.matches(':focus:invalid')), true)
  await endSession(one)
  await page.reload()
  await page.getByText('Your session has ended.').waitFor()
  await page.getByRole('button', { name: 'Try it as the demo user' }).click()
  await dialog.getByText('This is what you typed before.').waitFor()
  assert.equal(await dialog.getByLabel('Input').inputValue(), '{ "half": "typed", ')
  await requireAccessible(one, 'a restored form')
  await takePicture(one, 'restored-form')
  await dialog.getByRole('button', { name: 'Discard it' }).click()
  assert.equal(await dialog.getByLabel('Input').inputValue(), '')

  const drafts = () => page.evaluate(() => JSON.stringify(Object.entries(sessionStorage)))
  await dialog.getByLabel('Input').fill('{ "mine": true }')
  assert.match(await drafts(), /mine/)
  await page.reload()
  assert.match(await dialog.getByLabel('Input').inputValue(), /"mine": true/)
  await endSession(one)
  await dialog.getByRole('button', { name: 'Run' }).click()
  await page.getByText('Your session has ended.').waitFor()
  assert.match(await drafts(), /mine/)
  await page.getByRole('link', { name: 'Create an account' }).click()
  await page.getByLabel('E-mail').fill('other@example.com')
  await page.getByLabel('Password').fill('Blue-Comet-42')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  assert.doesNotMatch(await drafts(), /mine/)

  const secret = {
    type: 'object',
    properties: { token: { type: 'string' }, city: { type: 'string' } },
  }
  const asks = await callAs<Made>(one, 'POST', '/workflows', {
    name: 'Asks for a key',
    definition: { ...STEPS, inputs: secret },
  })
  await page.goto(`/workflows/${asks.id}?run=true`)
  await dialog.getByLabel('city (optional)').fill('Turin')
  await dialog.getByLabel('token (optional)').fill('secret-17')
  assert.doesNotMatch(await drafts(), /secret-17/)
  const type = async () => {
    await page.goto('/workflows/import')
    await page.getByLabel('Definition').fill('not sent')
    assert.match(await drafts(), /not sent/)
  }
  await type()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in to Orrery' }).waitFor()
  assert.doesNotMatch(await drafts(), /not sent/)

  // A tab whose session has ended deletes its drafts when another tab signs out.
  await signInAsDemo(one)
  await type()
  await endSession(one)
  await page.reload()
  await page.getByText('Your session has ended.').waitFor()
  assert.match(await drafts(), /not sent/)
  const other = await one.context.newPage()
  await signInAsDemo({ ...one, page: other })
  await other.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('Your session has ended.').waitFor({ state: 'detached' })
  assert.doesNotMatch(await drafts(), /not sent/)
})

const STEPS = {
  nodes: [
    { id: 'first', type: 'data.set', params: { values: { a: 1 } } },
    { id: 'second', type: 'data.set', params: { values: { b: 2 } } },
  ],
  edges: [{ from: 'first', to: 'second' }],
}

journey('the panes of a run are resized by pointer and by keys, and stay so', async () => {
  const one = await enter({ width: 1440, height: 900 })
  const { page } = one
  await signInAsDemo(one)
  const run = await startRun(one, 'Panes', STEPS, {})
  await page.goto(`/runs/${run}`)
  const graph = page.getByRole('region', { name: 'Graph' })
  const timeline = page.getByRole('region', { name: 'Timeline' })
  const width = async () => Math.round((await graph.boundingBox())?.width ?? 0)
  const height = async () => Math.round((await timeline.boundingBox())?.height ?? 0)
  const line = page.getByRole('separator', { name: 'Width of the graph' })
  await line.waitFor()
  const usual = await width()

  const box = (await line.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
  await page.mouse.move(box.x + box.width / 2, box.y + 200)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width / 2 + 150, box.y + 220, { steps: 5 })
  await page.mouse.up()
  await eventually('the graph is wider', async () => Math.abs((await width()) - usual - 150) <= 2)

  const low = page.getByRole('separator', { name: 'Height of the timeline' })
  const before = await height()
  await low.focus()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Shift+ArrowUp')
  await eventually('the timeline is lower', async () => (await height()) < before - 40)
  // The keys of the page ignore it.
  assert.doesNotMatch(page.url(), /node=/)
  await page.keyboard.press('End')
  await eventually('the timeline is as high as it can be', async () => (await height()) > before + 40)
  const lowest = await height()
  await requireAccessible(one, 'a run with moved panes')

  const wide = await width()
  await page.reload()
  await line.waitFor()
  assert.deepEqual([await width(), await height()], [wide, lowest])
  await line.dblclick({ position: { x: 4, y: 100 } })
  await eventually('the graph has its usual width', async () => (await width()) === usual)

  // A wall has its own arrangement, and a small window keeps every pane.
  await page.setViewportSize({ width: 2560, height: 1200 })
  await page.getByRole('separator', { name: 'Width of the timeline' }).waitFor()
  await takePicture(one, 'run-2560')
  for (const size of [900, 1440]) {
    await page.setViewportSize({ width: size, height: 700 })
    await line.focus()
    await page.keyboard.press('End')
    const panel = (await page.getByRole('region', { name: 'The run' }).boundingBox())?.width ?? 0
    assert.ok(panel >= 300, `${panel} px at ${size}`)
    await requireNoSideways(one, `moved panes at ${size}`)
  }
  requireNoFaults(one)
})
