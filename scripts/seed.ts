// What a fresh installation begins with. Invariants:
// 1. A step is repeatable: it may have been killed anywhere in the last run. Its name is noted after it, not before.
// 2. Everything is made through the public API, as a client would, except what no client may do: rights and proofs.
// 3. An account that is there already is only touched when the seeded password opens it: it could be somebody else's.
import { existsSync, readFileSync } from 'node:fs'
import { samples, TOUR, tourInput } from './samples.ts'
import type { Installation } from './server/secrets.ts'
import type { Server } from './server/serve.ts'
import { type State, writeWhole } from './server/state.ts'

export type SeededAccount = { email: string; password: string; name: string; role: 'admin' | 'user' }
export type SeedContext = {
  /** Calls the API and gives the parsed answer; a token signs the call. */
  call: (method: string, path: string, body?: unknown, token?: string) => Promise<Answer>
  sql: (text: string, ...params: (string | number | null)[]) => Promise<void>
  demo: SeededAccount
}
export type Answer = { status: number; body: Record<string, unknown> }
type Step = { name: string; run: (context: SeedContext) => Promise<void> }

export function seededAccounts(installation: Installation): { admin: SeededAccount; demo: SeededAccount } {
  const { adminPassword, demoPassword } = installation
  return {
    admin: {
      email: (process.env.ADMIN_EMAIL || 'admin@example.com').toLowerCase(),
      password: process.env.ADMIN_PASSWORD || adminPassword,
      name: 'Admin',
      role: 'admin',
    },
    demo: { email: 'demo@example.com', password: demoPassword, name: 'Demo', role: 'user' },
  }
}

export async function seed(state: State, server: Server): Promise<void> {
  const { admin, demo } = seededAccounts(server.installation)
  const steps: Step[] = [accountStep(admin), accountStep(demo), sampleStep(server.url)]
  const path = state.file('seeded.json')
  const done: Record<string, string> = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
  const missing = steps.filter((step) => done[step.name] === undefined)
  if (missing.length === 0) return
  const context = { ...(await contextOf(server)), demo }
  for (const step of missing) {
    await step.run(context)
    done[step.name] = new Date().toISOString()
    writeWhole(path, done)
  }
}

const accountStep = (account: SeededAccount): Step => ({
  name: `account ${account.email}`,
  run: async ({ call, sql }) => {
    const { email, password, name, role } = account
    const made = await call('POST', '/api/v1/auth/register', { email, password, name })
    if (made.status === 409) {
      const entered = await call('POST', '/api/v1/auth/login', { email, password })
      if (entered.status !== 200)
        throw new Error(
          `There is an account ${email} already, and the password given for it does not open it.`,
        )
    } else if (made.status !== 201) {
      throw new Error(`The account ${email} could not be made: ${JSON.stringify(made.body)}`)
    }
    await sql(
      `UPDATE users SET role = ?, email_verified_at = coalesce(email_verified_at, ?), version = version + 1 WHERE email = ?`,
      role,
      Date.now(),
      email,
    )
  },
})

/** Sample workflows in the demo user's team, and one run of each that ends by itself. */
const sampleStep = (serverUrl: string): Step => ({
  name: 'samples',
  run: async ({ call, demo }) => {
    const entered = await call('POST', '/api/v1/auth/login', { email: demo.email, password: demo.password })
    const token = String(entered.body.accessToken)
    const known = (await call('GET', '/api/v1/workflows?tag=sample&limit=100', undefined, token)).body
      .items as { name: string }[]
    for (const sample of samples(serverUrl)) {
      if (known.some((one) => one.name === sample.name)) continue
      const made = await call('POST', '/api/v1/workflows', sample, token)
      if (made.status !== 201)
        throw new Error(`The sample ${sample.name} could not be made: ${JSON.stringify(made.body)}`)
      const input = sample.name === TOUR ? tourInput(false) : {}
      await call('POST', `/api/v1/workflows/${String(made.body.id)}/execute`, { input }, token)
    }
  },
})

async function contextOf(server: Server): Promise<Omit<SeedContext, 'demo'>> {
  return {
    call: async (method, path, body, token) => {
      const response = await server.miniflare.dispatchFetch(`${server.url}${path}`, {
        method,
        headers: {
          'content-type': 'application/json',
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, body: text ? (JSON.parse(text) as Answer['body']) : {} }
    },
    sql: async (text, ...params) => {
      await server.batch([{ sql: text, params }])
    },
  }
}
