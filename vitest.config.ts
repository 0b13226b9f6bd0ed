import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-pool-workers'
import { defineConfig } from 'vitest/config'
import { makeLocalSecrets } from './scripts/local-secrets.ts'

// `core` runs in Node: the pure parts, by the hundred thousand cases. `worker` runs in workerd with the real
// D1, R2, Queues and Durable Objects; storage is shared between its files, so each test mints its own team.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'core',
          include: ['test/core/**/*.test.ts', 'test/engine/**/*.test.ts'],
          environment: 'node',
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: {
                ...(await makeLocalSecrets()),
                ENVIRONMENT: 'development',
                PUBLIC_URL: 'http://orrery.test',
                LOG_LEVEL: process.env.LOG_LEVEL ?? 'none',
                RATE_LIMITS: 'false',
                TEST_MIGRATIONS: await readD1Migrations('migrations'),
              },
              outboundService: () => new Response('outbound calls are blocked in tests', { status: 599 }),
            },
          })),
        ],
        test: {
          name: 'worker',
          include: ['test/{nodes,modules,durable-objects,contract,chaos,db}/**/*.test.ts'],
          setupFiles: ['./test/setup.ts'],
          isolate: false,
          maxWorkers: 1,
        },
      },
    ],
  },
})
