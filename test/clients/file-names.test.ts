// A browser saves files under their names, however hard those are. Chromium itself replaces characters that no file system takes.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { call, signInAsDemo } from '../e2e/client.ts'
import { end, forget, type Installation, newStateDir, start } from '../e2e/installation.ts'
import { launchBrowser, noBrowser } from './console-browser.ts'

const NAMES = [
  'plain.txt',
  'with spaces  and (brackets) [1].txt',
  'a "quoted" one.txt',
  "it's.txt",
  '100 %.txt',
  '%41%2F%22.txt',
  'semi;colon; filename=evil.exe.txt',
  'comma, equals= and & plus+.txt',
  'naïve café.txt',
  'e\u0301 is one character in NFC.txt',
  '日本語のファイル.txt',
  'עברית.txt',
  'عربي مع English.txt',
  'emoji 👩‍👩‍👧‍👦 🇩🇪 ☕️.txt',
  'tilde~ hash# dollar$ `tick` ^.txt',
  '<b>html&amp;<b>.txt',
  'what? star* pipe| colon:.txt',
  "UTF-8''encoded%20name.txt",
  '=?utf-8?B?w6Q=?=.txt',
  '.hidden.txt',
  'two.dots..txt',
  `${'ä'.repeat(100)}.txt`,
]

/** What Chromium makes of a name, on every system: nothing that Windows refuses, no joiners, no hidden file. */
const asSaved = (name: string): string =>
  name
    .normalize('NFC')
    .replace(/["*:<>?|\u200D]/g, '_')
    .replace(/^\.+/, '')

const dir = newStateDir()
let installation: Installation
let token: string
let browser: Browser

before(async () => {
  installation = await start(dir)
  token = await signInAsDemo(installation.url, dir)
  if (!noBrowser()) browser = await launchBrowser()
})

after(async () => {
  await browser?.close()
  await end(installation)
  forget(dir)
})

type Link = { url: string }

async function linkTo(name: string): Promise<string> {
  const { url } = installation
  const file = await call<{ id: string; name: string }>(url, 'POST', '/api/v1/files/upload?folder=hard', {
    token,
    bytes: new TextEncoder().encode(name) as Uint8Array<ArrayBuffer>,
    type: 'application/octet-stream',
    headers: { 'x-filename': `UTF-8''${encodeURIComponent(name)}` },
  })
  assert.equal(file.status, 201, `${name}: ${JSON.stringify(file.body)}`)
  assert.equal(file.body.name, `hard/${name.normalize('NFC')}`)
  const link = await call<Link>(url, 'POST', `/api/v1/files/${file.body.id}/link`, { token, json: {} })
  assert.equal(link.status, 201, JSON.stringify(link.body))
  return link.body.url
}

test('each name is suggested as it is, with the content of its file', { skip: noBrowser() }, async () => {
  const context = await browser.newContext({ acceptDownloads: true })
  const page = await context.newPage()
  const wrong: string[] = []
  for (const name of NAMES) {
    const url = await linkTo(name)
    const coming = page.waitForEvent('download')
    // A download ends the navigation, which rejects.
    await page.goto(url).catch(() => undefined)
    const download = await coming
    const suggested = download.suggestedFilename()
    if (suggested !== asSaved(name)) wrong.push(`${JSON.stringify(name)} as ${JSON.stringify(suggested)}`)
    assert.equal(readFileSync(await download.path(), 'utf8'), name)
  }
  assert.deepEqual(wrong, [])
  await context.close()
})
