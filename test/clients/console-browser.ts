// Chromium on an installation under test. Messages in the browser's console, and violations of its policy, fail the
// journey.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { inRoot } from '../../scripts/server/paths.ts'

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
/** Stored for people to look at. The folder is not part of the repository. */
const PICTURES = inRoot('dist/check/console')

/** Without a browser, the journeys are skipped locally, and fail where everything must run. */
export const noBrowser = (): string | false =>
  existsSync(CHROMIUM) || process.env.CI
    ? false
    : `there is no browser at ${CHROMIUM}: apt-get install chromium`

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, args: FLAGS })

/** A browser that others can measure through its port. Its pages share the profile, with its cookies. */
export const launchWithPort = (profile: string, port: number): Promise<BrowserContext> =>
  chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: [...FLAGS, `--remote-debugging-port=${port}`],
    viewport: null,
  })

export type Visit = { page: Page; context: BrowserContext; faults: string[] }

type Look = { width?: number; height?: number; theme?: 'light' | 'dark'; touch?: boolean }

export async function visit(browser: Browser, url: string, look: Look = {}): Promise<Visit> {
  const { width = 1440, height = 900, theme = 'light', touch = false } = look
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width, height },
    colorScheme: theme,
    hasTouch: touch,
    isMobile: touch,
    reducedMotion: 'reduce',
  })
  const faults: string[] = []
  const page = await watched(await context.newPage(), faults)
  return { page, context, faults }
}

/** After each journey: every page of somebody who is signed in has a socket, and a plan limits their number. */
export async function closePages(browser: Browser | undefined): Promise<void> {
  await Promise.all((browser?.contexts() ?? []).map((context) => context.close()))
}

/** A socket that opens while its session ends is refused, and every browser prints that. */
const REFUSED_SOCKET = /^WebSocket connection to .* failed: HTTP Authentication failed/

/** Watches each tab of a context. */
export async function watched(page: Page, faults: string[]): Promise<Page> {
  page.on('console', (message) => {
    const isFault = message.type() === 'error' || message.type() === 'warning'
    if (isFault && !REFUSED_SOCKET.test(message.text())) faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(String(error)))
  return page
}

export async function signInAsDemo({ page }: Visit, path = '/'): Promise<void> {
  await page.goto(path)
  await page.getByRole('button', { name: 'Try it as the demo user' }).click()
  await page
    .getByRole('navigation', { name: 'Main' })
    .or(page.getByRole('button', { name: 'Menu' }))
    .first()
    .waitFor()
}

/** A call with the session of the page, like its own scripts would make it. */
export async function callAs<T>(
  { page }: Visit,
  method: string,
  path: string,
  body?: unknown,
  team?: string,
): Promise<T> {
  return page.evaluate(
    async ([how, where, what, teamId]) => {
      const refreshed = await fetch('/api/v1/auth/refresh', {
        method: 'POST',
        headers: { 'x-orrery-client': 'console' },
      })
      const { accessToken } = (await refreshed.json()) as { accessToken: string }
      const answer = await fetch(`/api/v1${where}`, {
        method: how as string,
        headers: {
          authorization: `Bearer ${accessToken}`,
          'content-type': 'application/json',
          ...(teamId === undefined ? {} : { 'x-team-id': teamId }),
        },
        ...(what === undefined ? {} : { body: JSON.stringify(what) }),
      })
      if (!answer.ok) throw new Error(`${how} ${where} answered ${answer.status}: ${await answer.text()}`)
      return answer.status === 204 ? null : answer.json()
    },
    [method, path, body, team] as const,
  ) as Promise<T>
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

type Finding = { id: string; impact: string | null; nodes: { html: string }[] }

/** axe reports no serious finding. */
export async function requireAccessible({ page }: Visit, what: string): Promise<void> {
  // Through the debugger, so that the page's own policy does not change.
  await page.evaluate(AXE)
  const findings = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: () => Promise<{ violations: Finding[] }> } }
    return (await axe.run()).violations
  })
  const serious = findings.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  assert.deepEqual(
    serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(' | ')}`),
    [],
    what,
  )
}

export async function takePicture({ page }: Visit, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true })
  await page.screenshot({ path: join(PICTURES, `${name}.png`) })
}

export const requireNoFaults = ({ faults }: Visit): void => assert.deepEqual(faults, [])

/** Nothing is wider than the screen. */
export async function requireNoSideways({ page }: Visit, what: string): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  assert.ok(wider <= 0, `${what} is ${wider} px too wide`)
}
