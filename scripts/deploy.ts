// npm run deploy: applies migrations first, so that new code never runs with an old schema. Meanwhile, old code must work with the new one.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { NO_DATABASE_ID } from './cloud/set-up.ts'
import { buildAssets } from './server/assets.ts'
import { MODELS } from './server/bundle.ts'
import { inRoot, ROOT } from './server/paths.ts'
import { wranglerCommand, wranglerEnvironment } from './server/wrangler.ts'

if (readFileSync(inRoot('wrangler.toml'), 'utf8').includes(NO_DATABASE_ID)) {
  console.error('wrangler.toml names no D1 database of yours yet: run npm run setup:cloud first.')
  process.exit(1)
}
await buildAssets()
run('d1', 'migrations', 'apply', 'DB', '--remote')
// The API is bound to it, so it must be deployed first.
run('deploy', '--minify', '--config', MODELS.config)
run('deploy', '--minify')

function run(...args: string[]): void {
  const [command, ...first] = wranglerCommand()
  const { status } = spawnSync(command, [...first, ...args], {
    cwd: ROOT,
    env: wranglerEnvironment(),
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}
