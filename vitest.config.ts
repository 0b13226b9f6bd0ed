import { spawnSync } from 'node:child_process'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-pool-workers'
import { fetch, type Request as OutboundRequest } from 'miniflare'
import { configDefaults, defineConfig } from 'vitest/config'
import { makeLocalSecrets } from './scripts/local-secrets.ts'
import { buildAssets } from './scripts/server/assets.ts'
import type { SignInProviders } from './test/fakes/sign-in-providers.ts'
import { slowTestsToSkip } from './test/helpers/slow-tests.ts'

/** Tests reach the servers that were started for them, and nothing else. */
const outboundTo = (origins: string[]) => (request: OutboundRequest) =>
  origins.includes(new URL(request.url).origin)
    ? fetch(request, { redirect: 'manual' })
    : new Response('outbound calls are blocked in tests', { status: 599 })

process.env.TEST_SEED ??= String(seedOfCommit())

const exclude = [...configDefaults.exclude, ...slowTestsToSkip(process.env, process.argv)]

/** Each commit tries other random cases, and the same commit the same ones. */
function seedOfCommit(): number {
  const { status, stdout } = spawnSync('git', ['rev-parse', '--short=7', 'HEAD'], { encoding: 'utf8' })
  return status === 0 ? Number.parseInt(stdout, 16) : 1
}

// wrangler.toml names their folder, which the runtime of the tests reads.
await buildAssets()

// `core` runs in Node: the pure parts, by the hundred thousand cases. `worker` runs in workerd with the real
// D1, R2, Queues and Durable Objects; storage is shared between its files, so each test mints its own team.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'core',
          include: ['test/core/**/*.test.ts', 'test/engine/**/*.test.ts'],
          exclude,
          environment: 'node',
        },
      },
      {
        // Whole installations, as `npm start` runs them: after all else, since each wants the machine for itself.
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude,
          environment: 'node',
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        plugins: [
          cloudflareTest(async ({ inject }) => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: {
                ...(await makeLocalSecrets()),
                ...inject<SignInProviders>('signInProviders').settings,
                ENVIRONMENT: 'development',
                PUBLIC_URL: 'http://orrery.test',
                LOG_LEVEL: process.env.LOG_LEVEL ?? 'none',
                MAILBOX_TOKEN: 'the-mailbox-token-of-the-tests',
                RATE_LIMITS: 'false',
                // Tests move the clock by months; they must not retire each other's runs.
                RUN_RETENTION_DAYS: '3650',
                OUTBOUND_ALLOW_HOSTS: new URL(inject<string>('httpTarget')).host,
                // How many random cases, and from which seed: test/helpers/random-cases.ts.
                TEST_SEED: process.env.TEST_SEED ?? '',
                TEST_CASES: process.env.TEST_CASES ?? '',
                TEST_LONG: process.env.TEST_LONG ?? '',
                // Repeat or lengthen a run of test/chaos.
                CHAOS_SEED: process.env.CHAOS_SEED ?? '',
                CHAOS_RUNS: process.env.CHAOS_RUNS ?? '',
                TEST_MIGRATIONS: await readD1Migrations('migrations'),
              },
              outboundService: outboundTo([
                ...inject<SignInProviders>('signInProviders').origins,
                inject<string>('httpTarget'),
              ]),
            },
          })),
        ],
        test: {
          name: 'worker',
          include: ['test/{nodes,modules,durable-objects,contract,chaos,db}/**/*.test.ts'],
          globalSetup: ['./test/fakes/sign-in-providers.ts', './test/fakes/http-target.ts'],
          setupFiles: ['./test/setup.ts'],
          // A test that hangs is found all the same; one that waits for a busy machine is not failed for it.
          testTimeout: 30_000,
          isolate: false,
          maxWorkers: 2,
        },
      },
    ],
  },
})
