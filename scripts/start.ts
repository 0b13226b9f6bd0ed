// npm start: an installation on this machine, suitable for self-hosting.
import { relative } from 'node:path'
import { requireUsableAdmin, seed } from './seed.ts'
import { requireFileLimit } from './server/file-limit.ts'
import { requireSafeHost } from './server/host.ts'
import { mailboxUrl } from './server/secrets.ts'
import { type Server, serve, VERSION } from './server/serve.ts'
import { endWith } from './server/signals.ts'
import { type State, stateDir, takeState } from './server/state.ts'
import { readSignIns, type SignIn } from './sign-ins.ts'

const STOP_MS = 5_000
const SIGNAL_GRACE_MS = 200

let state: State | null = null
let server: Server | null = null
process.on('exit', () => state?.release())

let isEnding = false

function end(reason: string, code: number): void {
  if (isEnding) return
  isEnding = true
  if (!process.stdout.isTTY) console.log(`Ending: ${reason}`)
  setTimeout(() => process.exit(code || 1), STOP_MS).unref()
  void Promise.resolve(server?.stop()).finally(() => process.exit(code))
}

/** Without its runtime, the server cannot respond. So this process ends as well, which its supervisor notices. */
function endWithRuntime(how: string): void {
  // Ctrl-C reaches the runtime too, possibly before this process.
  setTimeout(() => {
    if (!isEnding) console.error(`The runtime (workerd) has ended (${how}), so Orrery stops. Start it again.`)
    end('the runtime has ended', 1)
  }, SIGNAL_GRACE_MS)
}

endWith((reason) => end(reason, 0))

try {
  const port = Number(process.env.PORT || 8787)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error('PORT must be a number up to 65535')
  const host = process.env.HOST || '127.0.0.1'
  const environment = process.env.ENVIRONMENT ?? 'development'
  requireSafeHost(host, environment)
  requireFileLimit()
  state = await takeState(stateDir())
  requireUsableAdmin(state)
  server = await serve(state, { port, host }, endWithRuntime)
  await seed(state, server, environment)
  const mail = environment === 'development' ? mailboxUrl(server.url, server.installation) : 'npm run mail'
  printReady(state, server, mail, await readSignIns(server.installation, server.batch))
  server.startCron()
} catch (error) {
  console.error(process.env.DEBUG ? error : `Orrery cannot start. ${(error as Error).message}`)
  process.exit(1)
}

function printReady(state: State, server: Server, mail: string, signIns: SignIn[]): void {
  const width = Math.max(...signIns.map(({ email }) => email.length)) + 2
  console.log(`
Orrery ${VERSION}

  Console   ${server.url}/
  API       ${server.url}/api/v1
  Docs      ${server.url}/docs
  State     ${relative(process.cwd(), state.dir) || '.'}  (npm run reset removes it)
  Mail      ${mail}

  Sign in   ${signIns.map(({ email, password }) => email.padEnd(width) + password).join('\n            ')}
`)
  console.log(`ready ${server.url}`)
}
