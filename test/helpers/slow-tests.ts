// Test files that take half a minute or more and depend on few sources. CI always runs them, and so does `npm run test:long`. Elsewhere,
// each runs if it is named, or if it or one of its sources has uncommitted changes.
import { spawnSync } from 'node:child_process'

export const SOURCES: Record<string, string[]> = {
  'test/core/new-module.test.ts': [
    'scripts/new-module',
    'scripts/new-module.ts',
    'src/app.ts',
    'src/core/ids.ts',
    'src/db/schema/index.ts',
    'src/http/scopes.ts',
  ],
  'test/chaos/faults.test.ts': ['durable-objects', 'src/engine', 'src/objects', 'src/queue'],
  'test/modules/tasks/races.test.ts': [
    'durable-objects/task-desk',
    'src/db/commit.ts',
    'src/modules/tasks',
    'src/queue',
  ],
  'test/e2e/start.test.ts': [
    'migrations',
    'package.json',
    'scripts/seed.ts',
    'scripts/server',
    'scripts/start.ts',
    'src/env.ts',
    'wrangler.toml',
  ],
  'test/e2e/scripts.test.ts': ['bench', 'package.json', 'scripts', 'wrangler.toml'],
  'test/e2e/fork-bomb.test.ts': ['durable-objects', 'src/engine', 'src/modules/runs', 'src/queue'],
  'test/e2e/kill.test.ts': ['durable-objects', 'scripts/server', 'src/db', 'src/queue'],
  'test/e2e/kill-runs.test.ts': [
    'durable-objects',
    'scripts/server',
    'src/engine',
    'src/objects',
    'src/queue',
  ],
  'test/e2e/kill-tasks.test.ts': [
    'durable-objects/task-desk',
    'scripts/server',
    'src/modules/tasks/desk',
    'src/modules/tasks/repo',
    'src/modules/tasks/runs',
    'src/modules/tasks/schedule',
    'src/modules/tasks/workers',
    'src/queue',
  ],
}

export function slowTestsToSkip(env: NodeJS.ProcessEnv, args: string[]): string[] {
  if (env.CI || env.TEST_LONG) return []
  const named = args.filter((arg) => arg.startsWith('test/'))
  return Object.entries(SOURCES)
    .filter(
      ([file, sources]) => !named.some((name) => file.startsWith(name)) && !haveChanged([file, ...sources]),
    )
    .map(([file]) => file)
}

function haveChanged(paths: string[]): boolean {
  const { status, stdout } = spawnSync('git', ['status', '--porcelain', '--', ...paths], { encoding: 'utf8' })
  return status !== 0 || stdout !== ''
}
