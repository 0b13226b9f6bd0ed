import { applyD1Migrations, type D1Migration } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { observeRuns } from './helpers/changes.ts'
import { importEntryPointOnce } from './helpers/entry-point.ts'

importEntryPointOnce()
observeRuns()

await applyD1Migrations(env.DB as D1Database, env.TEST_MIGRATIONS as D1Migration[])
