// npm run dev: `wrangler dev` with reload, on the same state as `npm start` (not at the same time).
import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { requireUsableAdmin, seed } from './seed.ts'
import { buildAssets } from './server/assets.ts'
import { describeWorker } from './server/bundle.ts'
import { startCron } from './server/cron.ts'
import { openDatabase } from './server/database.ts'
import { requireFileLimit } from './server/file-limit.ts'
import { inRoot, ROOT } from './server/paths.ts'
import { findPort } from './server/port.ts'
import { identify } from './server/process-identity.ts'
import { readInstallation } from './server/secrets.ts'
import { migrate, serve } from './server/serve.ts'
import { localSettings } from './server/settings.ts'
import { endWith } from './server/signals.ts'
import { type State, stateDir, takeState } from './server/state.ts'
import { wranglerCommand, wranglerEnvironment } from './server/wrangler.ts'
import { readSignIns } from './sign-ins.ts'

const DEV_VARS = 'dev.vars'

const port = Number(process.env.PORT || 8787)
let isEnding = false

try {
  requireFileLimit()
  const state = await takeState(stateDir())
  process.on('exit', state.release)
  await findPort(port, '127.0.0.1')
  const { worker } = await prepare(state)
  const child = startWrangler(state)
  const stopCron = startCron(worker.cronTriggers, whenUp)
  endWith(() => {
    isEnding = true
    stopCron()
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
  })
  child.on('exit', (code) => {
    state.note({ runtime: null })
    process.exit(isEnding ? 0 : (code ?? 1))
  })
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}

async function prepare(state: State) {
  const installation = await readInstallation(state)
  await buildAssets()
  const described = await describeWorker()
  requireUsableAdmin(state)
  if (existsSync(state.file('seeded.json'))) {
    await migrate(state, described)
  } else {
    // A first start seeds through the API, so the API must run for a moment.
    const server = await serve(state, { port: 0, host: '127.0.0.1' })
    await seed(state, server, process.env.ENVIRONMENT ?? 'development')
    await server.stop()
  }
  const database = await openDatabase(state, described)
  const signIns = await readSignIns(installation, database.batch).finally(() => database.close())
  for (const { email, password } of signIns) console.log(`Sign in: ${email}  ${password}`)
  writeDevVars(state, { ...localSettings(installation, port), LOG_LEVEL: process.env.LOG_LEVEL ?? 'info' })
  return described
}

/** In the state folder, so that neither tests nor builds find them. A developer's own `.dev.vars` takes precedence. */
function writeDevVars(state: State, settings: Record<string, string>): void {
  const lines = Object.entries(settings).map(([name, value]) => `${name}='${value}'`)
  writeFileSync(state.file(DEV_VARS), `${lines.join('\n')}\n`, { mode: 0o600 })
}

function envFiles(state: State): string[] {
  return [inRoot('.dev.vars'), state.file(DEV_VARS)].filter((path) => existsSync(path))
}

function startWrangler(state: State) {
  const [command, ...first] = wranglerCommand()
  const child = spawn(
    command,
    [
      ...first,
      'dev',
      // The first is the API. The others are only bound to it.
      ...['wrangler.toml', 'workers/models/wrangler.toml'].flatMap((path) => ['--config', path]),
      '--port',
      String(port),
      ...envFiles(state).flatMap((path) => ['--env-file', path]),
      '--persist-to',
      state.dir,
      '--show-interactive-dev-session=false',
    ],
    // Its own process group, so that this process or the next start can end all of it.
    { cwd: ROOT, env: wranglerEnvironment(), stdio: ['ignore', 'inherit', 'inherit'], detached: true },
  )
  if (child.pid !== undefined) state.note({ port, runtime: identify(child.pid), group: true })
  return child
}

async function whenUp(query: URLSearchParams) {
  for (;;) {
    try {
      return await fetch(`http://127.0.0.1:${port}/cdn-cgi/handler/scheduled?${query}`)
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}
