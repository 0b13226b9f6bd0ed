// Journeys through the agents of the console: a gallery, a form with errors at its fields, and a chat whose answers are streamed.
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import type { Page } from 'playwright-core'
import { call } from '../e2e/client.ts'
import { readState } from '../e2e/installation.ts'
import { bodyOf, type Served, serve } from '../fakes/serve.ts'
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

let provider: Served
/** Answers that the provider has begun, to be ended by the test. */
const held: (() => void)[] = []

/** A chat server that sends the first words, and the rest when the test says so. */
function answer(response: ServerResponse): void {
  const piece = (delta: object, finish: string | null = null) =>
    response.write(
      `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
    )
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  piece({ role: 'assistant', content: '# First\n\n**Bold** <img src=x onerror=alert(1)> ' })
  held.push(() => {
    piece({ content: '[bad](javascript:alert(1)) and ![picture](https://pictures.example/p.png)' }, 'stop')
    response.end('data: [DONE]\n\n')
  })
}

const { at, enter, journey, stateDir } = journeys({
  open: async () => {
    provider = await serve(() => async (request, response) => {
      await bodyOf(request)
      if (request.method === 'POST') answer(response)
      else response.end('{"data":[]}')
    })
    return { OUTBOUND_ALLOW_HOSTS: new URL(provider.url).host }
  },
  close: async () => {
    await provider.close()
  },
})

const OFFLINE = [{ provider: 'offline', model: 'rules-1' }]

type Made = { id: string }

async function ask(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text)
  await page.keyboard.press('Enter')
}

/** Requests that the journey makes fail on purpose are printed by the browser. */
const forget4xx = ({ faults }: Visit): void => {
  const others = faults.filter((fault) => !/^Failed to load resource: .* 4(12|22) /.test(fault))
  faults.splice(0, faults.length, ...others)
}

const messages = (page: Page) => page.getByRole('log', { name: 'Messages' })

journey('an agent is created with errors at its fields, asked, and approves of its tools', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one)
  await page.keyboard.press('g')
  await page.keyboard.press('e')
  await page.getByText('No agent of your own yet').waitFor()
  await requireAccessible(one, 'no agents')
  await page.getByRole('button', { name: 'Built in' }).click()
  await page.getByRole('link', { name: 'Researcher' }).waitFor()
  await page.getByRole('link', { name: 'New agent' }).click()

  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Clerk')
  await page.getByRole('checkbox', { name: /^calculator/ }).check()
  await page.getByRole('checkbox', { name: /^web\.read/ }).check()
  await page.getByRole('textbox', { name: 'Hosts' }).fill('not a host!')
  await page.getByRole('checkbox', { name: /^store\.set/ }).check()
  await page.getByLabel('Grant of store.set').selectOption('ask')
  await page.getByRole('checkbox', { name: /^The person who asks may approve/ }).check()
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  await page.getByText('a host, *.host or *').waitFor()
  await requireAccessible(one, 'a form with an error')
  await page.getByRole('textbox', { name: 'Hosts' }).fill('docs.example.com')
  await page.getByRole('button', { name: 'Create', exact: true }).click()

  await page.getByText('The offline model follows simple rules.').waitFor()
  await ask(page, 'Use calculator with 6 * 7')
  await messages(page).getByText('"result":"42"').waitFor()
  await messages(page).getByText('calculator', { exact: true }).click()
  await messages(page).getByText('6 * 7').last().waitFor()
  await messages(page)
    .getByText(/[\d,]+ tokens/)
    .waitFor()
  await messages(page).getByText('Offline model').waitFor()
  for (const verdict of ['Approve', 'Reject']) {
    await ask(page, `Use store.set with key "a" and value "${verdict}"`)
    await page.getByRole('region', { name: 'Waiting for an approval' }).waitFor()
    await requireAccessible(one, 'an approval in a chat')
    if (verdict === 'Approve') await page.reload()
    await page.getByRole('button', { name: verdict }).click()
    await messages(page)
      .getByText(verdict === 'Approve' ? '"stored":true' : 'was rejected')
      .waitFor()
    await page.getByRole('button', { name: 'Answer again' }).waitFor()
  }
  await takePicture(one, 'agent-chat')
  await page.getByRole('button', { name: 'Edit' }).click()
  await page.getByRole('textbox', { name: 'Message' }).fill('Use calculator with 8 * 8')
  await page.getByRole('button', { name: 'Send' }).click()
  await messages(page).getByText('"result":"64"').waitFor()
  assert.equal(await messages(page).getByText('was rejected').count(), 0)

  await page
    .getByRole('navigation', { name: 'Conversations' })
    .getByRole('button', { name: 'Rename' })
    .click()
  await page.getByLabel('Title').fill('Sums')
  await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click()
  await page.getByRole('navigation', { name: 'Conversations' }).getByText('Sums').waitFor()
  await page.getByRole('button', { name: 'Delete' }).last().click()
  await page.getByText('Delete "Sums"?').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByText('None yet.').waitFor()

  await page.getByRole('button', { name: 'Attach files' }).click()
  const note = { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('The code is 4711.') }
  await page.locator('input[type=file]').setInputFiles(note)
  await page.getByRole('group', { name: 'Attached files' }).getByText('inputs/note.txt').waitFor()
  await page.getByRole('textbox', { name: 'Message' }).fill('Summarise the file')
  // It waits for the file.
  await page.getByRole('button', { name: 'Send' }).click()
  await messages(page).getByText('inputs/note.txt', { exact: true }).waitFor()
  await messages(page).getByText(/4711/).waitFor()
  await page.getByRole('button', { name: 'New', exact: true }).click()

  await page.getByRole('checkbox', { name: /^Without a thread/ }).check()
  await ask(page, 'Use calculator with 9 * 9')
  await messages(page).getByText('"result":"81"').waitFor()
  await page.getByRole('heading', { name: 'Conversations 1' }).waitFor()
  await page.getByRole('tab', { name: 'Calls' }).click()
  await page.getByRole('table', { name: 'Calls' }).getByText('Succeeded').first().waitFor()
  await requireAccessible(one, 'calls')
  forget4xx(one)
  requireNoFaults(one)
})

journey('a change creates a version, does not undo that of somebody else, and can be restored', async () => {
  const one = await enter()
  const { page } = one
  await signInAsDemo(one)
  const agent = await callAs<Made>(one, 'POST', '/agents', {
    name: 'Scribe',
    instructions: 'Write plainly.',
    limits: { costUsd: 2 },
  })
  await page.goto(`/agents/${agent.id}?tab=config`)
  await page.getByLabel('What it does and how it answers').fill('Write briefly.')
  await page.getByLabel('US dollars (optional)').fill('')
  await callAs(one, 'PATCH', `/agents/${agent.id}`, { description: 'Writes.' })
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('saved version 2').waitFor()
  await page.getByRole('button', { name: 'Load the newest' }).click()
  assert.equal(await page.getByLabel('Description (optional)').inputValue(), 'Writes.')
  await page.getByLabel('What it does and how it answers').fill('Write briefly.')
  await page.getByLabel('US dollars (optional)').fill('')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Version 3 was saved.').waitFor()
  const { limits } = await callAs<{ limits: object }>(one, 'GET', `/agents/${agent.id}`)
  assert.equal('costUsd' in limits, false)

  await page.getByRole('tab', { name: 'Versions 3' }).click()
  await page.getByText('Changed: instructions, limits').waitFor()
  await requireAccessible(one, 'versions of an agent')
  await page.getByRole('button', { name: 'Restore' }).last().click()
  await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click()
  await page.getByRole('tab', { name: 'Versions 4' }).waitFor()

  await page.getByRole('button', { name: 'Save as template' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await page.getByText('The template Scribe was saved.').waitFor()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('button', { name: 'Templates' }).click()
  await page.getByRole('button', { name: 'Create an agent' }).click()
  await page.getByRole('heading', { name: 'Scribe' }).waitFor()
  assert.equal(await page.getByLabel('What it does and how it answers').inputValue(), 'Write plainly.')
  forget4xx(one)
  requireNoFaults(one)
})

/** The platform's key, which an administrator sets. */
async function setProvider(one: Visit): Promise<void> {
  const { adminPassword } = readState(stateDir, 'secrets.json') as { adminPassword: string }
  await one.page.evaluate(
    async ([password, baseUrl]) => {
      const send = async (path: string, body: object, token?: string) => {
        const headers = {
          'content-type': 'application/json',
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        }
        const answer = await fetch(`/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
        if (!answer.ok) throw new Error(await answer.text())
        return (await answer.json()) as { accessToken: string }
      }
      const { accessToken } = await send('/auth/login', { email: 'admin@example.com', password })
      const key = { provider: 'openai-compatible', baseUrl, apiKey: 'any-key', models: ['m'] }
      await send('/admin/settings/ai-providers', key, accessToken)
    },
    [adminPassword, `${provider.url}/v1`] as const,
  )
}

journey('an answer is streamed, survives a reload, and cannot act on the page', async () => {
  const one = await enter({ width: 390, height: 800, theme: 'dark', touch: true })
  const { page } = one
  await signInAsDemo(one)
  await setProvider(one)
  const requested: string[] = []
  page.on('request', (request) => requested.push(new URL(request.url()).host))
  const agent = await callAs<Made>(one, 'POST', '/agents', {
    name: 'Painter',
    models: [{ provider: 'openai-compatible', model: 'm' }],
  })
  await page.goto('/agents')
  await page.getByText('Painter').first().click()
  await page.getByText('Ask Painter').waitFor()
  await page.getByRole('textbox', { name: 'Message' }).fill('Show me')
  await page.getByRole('button', { name: 'Send' }).click()
  await messages(page).getByText('Bold').waitFor()
  await messages(page).getByRole('heading', { name: 'First' }).waitFor()
  assert.match(page.url(), new RegExp(`${agent.id}\\?thread=thr_`))
  await page.reload()
  await messages(page).getByText('Bold').waitFor()
  await page.getByRole('button', { name: 'Stop' }).waitFor()
  await requireNoSideways(one, 'a chat on a phone')
  for (const rest of held.splice(0)) rest()
  await messages(page).getByText('Image: picture').waitFor()
  await messages(page).getByText('<img src=x onerror=alert(1)>').waitFor()
  assert.equal(await messages(page).getByRole('link', { name: 'bad' }).count(), 0)
  assert.equal(await messages(page).locator('img').count(), 0)
  await requireAccessible(one, 'a chat on a phone')
  await takePicture(one, 'agent-chat-390-dark')

  await page.getByRole('textbox', { name: 'Message' }).fill('Once more')
  await page.getByRole('button', { name: 'Send' }).click()
  await messages(page).getByText('Bold').nth(1).waitFor()
  await page.getByRole('button', { name: 'Stop' }).click()
  await messages(page).getByText('It was stopped.').waitFor()
  assert.deepEqual([...new Set(requested)], [new URL(at.server.url).host])
  requireNoFaults(one)
})

journey('a viewer reads conversations and settings, and changes nothing', async () => {
  const { teamId, ownerToken } = await newTeamWithDemoAs('viewer', at.server.url, stateDir)
  const api = async (path: string, json: unknown): Promise<Made> => {
    const headers = { 'x-team-id': teamId, prefer: 'wait=20' }
    const { status, body } = await call<Made>(at.server.url, 'POST', `/api/v1${path}`, {
      token: ownerToken,
      json,
      headers,
    })
    assert.ok(status < 300, JSON.stringify(body))
    return body
  }
  const agent = await api('/agents', {
    name: 'Reader',
    models: OFFLINE,
    tools: ['calculator'],
    instructions: 'Read well.',
  })
  const thread = await api('/agents/threads', { agentId: agent.id })
  await api(`/agents/${agent.id}/execute`, { threadId: thread.id, prompt: 'Use calculator with 2 * 3' })
  const one = await enter()
  const { page } = one
  await signInAsDemo(one)
  await page.goto(`/agents?team=${teamId}`)
  await page.getByText('Reader').first().waitFor()
  assert.equal(await page.getByRole('link', { name: 'New agent' }).count(), 0)
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.getByRole('navigation', { name: 'Conversations' }).getByText('Use calculator').click()
  await messages(page).getByText('"result":"6"').waitFor()
  for (const name of ['Send', 'Answer again', 'Edit', 'Rename', 'Delete', 'Copy', 'Save as template'])
    assert.equal(await page.getByRole('button', { name, exact: true }).count(), 0, name)
  await page.getByRole('tab', { name: 'Configuration' }).click()
  await page.getByText('Read well.').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Save' }).count(), 0)
  await page.getByRole('tab', { name: 'Calls' }).click()
  await page.getByText('Succeeded').first().waitFor()
  requireNoFaults(one)
})
