import { applyD1Migrations, type D1Migration } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import { importEntryPointOnce } from './helpers/entry-point.ts'

importEntryPointOnce()

await applyD1Migrations(env.DB as D1Database, env.TEST_MIGRATIONS as D1Migration[])

// Waits of tests are short on an idle machine. On a busy one they may take longer, whatever the test sets.
const LEAST_MS = 60_000
const { waitFor } = vi
vi.waitFor = (callback, options = {}) => {
  const { timeout = 0, interval = 20 } = typeof options === 'number' ? { timeout: options } : options
  return waitFor(callback, { timeout: Math.max(timeout, LEAST_MS), interval })
}
