import { applyD1Migrations, type D1Migration } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'

await applyD1Migrations(env.DB as D1Database, env.TEST_MIGRATIONS as D1Migration[])

// What a test waits for comes at once on an idle machine; on a busy one it is given the time.
const { waitFor } = vi
vi.waitFor = (callback, options = { timeout: 15_000, interval: 20 }) => waitFor(callback, options)
