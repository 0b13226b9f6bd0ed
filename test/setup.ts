import { applyD1Migrations, type D1Migration } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'

await applyD1Migrations(env.DB as D1Database, env.TEST_MIGRATIONS as D1Migration[])

// What a test waits for comes at once on an idle machine; on a busy one it is given the time, whatever the test thinks is ample.
const LEAST_MS = 60_000
const { waitFor } = vi
vi.waitFor = (callback, options = {}) => {
  const { timeout = 0, interval = 20 } = typeof options === 'number' ? { timeout: options } : options
  return waitFor(callback, { timeout: Math.max(timeout, LEAST_MS), interval })
}
