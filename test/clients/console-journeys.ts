// What the journeys of a file share: an installation with fresh state, and a browser.
import { after, afterEach, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { end, forget, type Installation, newStateDir, start } from '../e2e/installation.ts'
import { closePages, launchBrowser, noBrowser, type Visit, visit } from './console-browser.ts'

type Services = {
  /** Returns the settings with which the installation reaches them. */
  open: () => Promise<Record<string, string>>
  close: () => Promise<unknown>
}

/** `at` is filled before the first journey. `open` and `close` are called around the installation. */
export function journeys({ open, close }: Partial<Services> = {}) {
  const skip = noBrowser()
  const stateDir = newStateDir()
  const at = {} as { server: Installation; browser: Browser }

  before(async () => {
    if (skip) return
    at.server = await start(stateDir, await open?.())
    at.browser = await launchBrowser()
  })

  after(async () => {
    if (skip) return
    await at.browser.close()
    await end(at.server)
    await close?.()
    forget(stateDir)
  })

  // Every page of somebody who is signed in has a socket, and a plan limits their number.
  afterEach(() => closePages(at.browser))

  return {
    at,
    stateDir,
    /** The installation in a new window. */
    enter: (look?: Parameters<typeof visit>[2]): Promise<Visit> => visit(at.browser, at.server.url, look),
    journey: (name: string, walk: () => Promise<void>) => test(name, { skip, timeout: 180_000 }, walk),
  }
}
