import { spawnSync } from 'node:child_process'
import { existsSync, statfsSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-pool-workers'
import { fetch, type Request as OutboundRequest } from 'miniflare'
import { configDefaults, defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { makeLocalSecrets } from './scripts/local-secrets.ts'
import { buildAssets } from './scripts/server/assets.ts'
import { buildBundle, MODELS } from './scripts/server/bundle.ts'
import type { SignInProviders } from './test/fakes/sign-in-providers.ts'
import { slowTestsToSkip } from './test/helpers/slow-tests.ts'
import { INSTALLATIONS_ALONE, TESTS_ALONE } from './test/helpers/tests-alone.ts'

/** Tests reach the servers that were started for them, and nothing else. */
const outboundTo = (origins: string[]) => (request: OutboundRequest) =>
  origins.includes(new URL(request.url).origin)
    ? fetch(request, { redirect: 'manual' })
    : new Response('outbound calls are blocked in tests', { status: 599 })

process.env.TEST_SEED ??= String(seedOfCommit())

/** Ample for the storage of all tests. */
const ROOM_BYTES = 3 * 1024 ** 3

const exclude = [...configDefaults.exclude, ...slowTestsToSkip(process.env, process.argv)]

/** What `MODELS` is bound to, built as it is deployed. */
async function modelsWorker(outboundService: (request: OutboundRequest) => unknown) {
  const { dir, modules, worker } = await buildBundle(MODELS)
  const { name, compatibilityDate, compatibilityFlags } = worker
  return { name, compatibilityDate, compatibilityFlags, modules, modulesRoot: dir, outboundService }
}

/** Each commit tries other random cases, and the same commit the same ones. */
function seedOfCommit(): number {
  const { status, stdout } = spawnSync('git', ['rev-parse', '--short=7', 'HEAD'], { encoding: 'utf8' })
  return status === 0 ? Number.parseInt(stdout, 16) : 1
}

const ON_DISK = { TMPDIR: tmpdir() }
keepStorageInMemory()

/** What the tests in workerd store need not outlive them, and on a disk each of many thousand commits waits a millisecond. */
function keepStorageInMemory(): void {
  const folder = '/dev/shm'
  if (!existsSync(folder)) return
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize > ROOM_BYTES && freemem() > 2 * ROOM_BYTES) process.env.TMPDIR = folder
}

// wrangler.toml names their folder, which the runtime of the tests reads.
await buildAssets()

const inWorkerd = (name: string, more: NonNullable<TestProjectInlineConfiguration['test']>) => ({
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
          // A hash at full cost takes 40 ms, and hundreds of tests sign in.
          PASSWORD_HASH_KIB: '64',
          // Tests move the clock by months; they must not retire each other's runs.
          RUN_RETENTION_DAYS: '3650',
          OUTBOUND_ALLOW_HOSTS: ['httpTarget', 'oauthProvider', 'modelProviders', 'platforms']
            .map((name) => new URL(inject<string>(name)).host)
            .join(','),
          // How many random cases, and from which seed: test/helpers/random-cases.ts.
          TEST_SEED: process.env.TEST_SEED ?? '',
          TEST_CASES: process.env.TEST_CASES ?? '',
          TEST_LONG: process.env.TEST_LONG ?? '',
          // Repeat or lengthen a run of test/chaos.
          CHAOS_SEED: process.env.CHAOS_SEED ?? '',
          CHAOS_RUNS: process.env.CHAOS_RUNS ?? '',
          CHAOS_KILLS: process.env.CHAOS_KILLS ?? '',
          TEST_MIGRATIONS: await readD1Migrations('migrations'),
        },
        outboundService: outboundTo([
          ...inject<SignInProviders>('signInProviders').origins,
          inject<string>('httpTarget'),
          inject<string>('oauthProvider'),
          inject<string>('modelProviders'),
          inject<string>('platforms'),
        ]),
        workers: [await modelsWorker(outboundTo([inject<string>('modelProviders')]))],
      },
    })),
  ],
  test: {
    name,
    globalSetup: [
      './test/helpers/print-news-only.ts',
      './test/fakes/sign-in-providers.ts',
      './test/fakes/http-target.ts',
      './test/fakes/oauth-provider.ts',
      './test/fakes/model-providers.ts',
      './test/fakes/platforms/index.ts',
    ],
    setupFiles: ['./test/setup.ts'],
    // A test that hangs is found all the same; one that waits for a busy machine is not failed for it.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000, interval: 20 } },
    isolate: false,
    ...more,
  },
})

const ofInstallations = (name: string, more: NonNullable<TestProjectInlineConfiguration['test']>) => ({
  test: {
    name,
    environment: 'node' as const,
    env: ON_DISK,
    // A start takes seconds on an idle machine, and many times as long on a busy one.
    testTimeout: 300_000,
    hookTimeout: 180_000,
    ...more,
  },
})

// `core` runs in Node: the pure parts, by the hundred thousand cases. `worker` runs in workerd with the real
// D1, R2, Queues and Durable Objects; storage is shared between its files, so each test mints its own team.
export default defineConfig({
  test: {
    // The queue brings a job of an earlier file whenever it likes; one that loads a package while a file is put away fails no test.
    onUnhandledError: ({ name }) => name !== 'EnvironmentTeardownError',
    projects: [
      {
        test: {
          name: 'core',
          include: ['test/core/**/*.test.ts', 'test/engine/**/*.test.ts'],
          exclude,
          environment: 'node',
          // Those that must be quick measure the time of their processor; the machine may be busy.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // One process for many files: to start one for each, and to load the sources in it, takes longer than the tests.
          isolate: false,
          maxWorkers: 2,
          env: ON_DISK,
        },
      },
      // Whole installations, as `npm start` runs them: after what is quick, and those that measure after all else.
      ofInstallations('e2e', {
        include: ['test/e2e/**/*.test.ts'],
        exclude: [...exclude, ...INSTALLATIONS_ALONE],
        maxWorkers: 2,
        sequence: { groupOrder: 1 },
      }),
      ofInstallations('e2e-alone', {
        include: INSTALLATIONS_ALONE,
        exclude,
        fileParallelism: false,
        sequence: { groupOrder: 2 },
      }),
      inWorkerd('worker', {
        include: ['test/{nodes,modules,durable-objects,contract,chaos,db}/**/*.test.ts'],
        exclude: [...exclude, ...TESTS_ALONE],
        maxWorkers: 2,
      }),
      // After all others, one by one.
      inWorkerd('worker-alone', {
        include: TESTS_ALONE,
        fileParallelism: false,
        sequence: { groupOrder: 2 },
      }),
    ],
  },
})
