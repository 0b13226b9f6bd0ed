// The initial content of a new installation. Invariants:
// 1. Every step can be repeated, because the previous start may have been killed at any point. A step is recorded after it is done, not before.
// 2. Accounts are inserted into the database; everything else is created through the public API, like by a client.
// 3. An existing account is only changed if the seeded password works for it, because it could belong to another person.
import { existsSync, readFileSync } from 'node:fs'
import { AppError } from '../src/core/errors.ts'
import { Email } from '../src/http/text.ts'
import { requireGoodPassword } from '../src/modules/auth/passwords/policy.ts'
import { DEMO_EMAIL } from '../src/modules/auth/sign-in/demo-account.ts'
import { samples, TOUR, tourInput } from './samples.ts'
import type { SeededAccount } from './seed-account.ts'
import type { Batch } from './server/database.ts'
import type { Installation } from './server/secrets.ts'
import type { Server } from './server/serve.ts'
import { type State, writeWhole } from './server/state.ts'

export type SeedContext = {
  /** Calls the API and returns the parsed response. A token authenticates the call. */
  call: (method: string, path: string, body?: unknown, token?: string) => Promise<Answer>
  batch: Batch
  demo: SeededAccount
}
export type Answer = { status: number; body: Record<string, unknown> }
type Step = { name: string; run: (context: SeedContext) => Promise<void> }

const adminEmail = (): string => (process.env.ADMIN_EMAIL || 'admin@example.com').trim().toLowerCase()

/** Checks the settings before anything is created: an incomplete account, or one for the wrong person, would break every later start. */
export function requireUsableAdmin(state: State): void {
  const email = adminEmail()
  if (!Email.safeParse(email).success) throw new Error(`ADMIN_EMAIL is not an e-mail address: ${email}`)
  if (email === DEMO_EMAIL)
    throw new Error(`ADMIN_EMAIL may not be ${DEMO_EMAIL}: that account is the demo user's.`)
  const password = process.env.ADMIN_PASSWORD
  if (!password || doneSteps(state)[accountName(email)] !== undefined) return
  try {
    requireGoodPassword(password, email, '/ADMIN_PASSWORD')
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const rules = (error.errors ?? []).map((one) => `  - ${one.message}`)
    throw new Error(['ADMIN_PASSWORD does not meet the rules for passwords:', ...rules].join('\n'))
  }
}

export const accountName = (email: string): string => `account ${email}`

const seededFile = (state: State): string => state.file('seeded.json')

/** When each step was done, by name. */
const doneSteps = (state: State): Record<string, string> =>
  existsSync(seededFile(state)) ? JSON.parse(readFileSync(seededFile(state), 'utf8')) : {}

export function seededAccounts(installation: Installation): { admin: SeededAccount; demo: SeededAccount } {
  const { adminPassword, demoPassword } = installation
  return {
    admin: {
      email: adminEmail(),
      password: process.env.ADMIN_PASSWORD || adminPassword,
      name: 'Admin',
      role: 'admin',
    },
    demo: { email: DEMO_EMAIL, password: demoPassword, name: 'Demo', role: 'user' },
  }
}

/** Not in production, where nobody needs samples, and an unrequested account would be a security risk. */
export async function seed(state: State, server: Server, environment: string): Promise<void> {
  const { admin, demo } = seededAccounts(server.installation)
  const shown = [accountStep(demo), sampleStep(server.url)]
  const steps: Step[] = [accountStep(admin), ...(environment === 'development' ? shown : [])]
  const done = doneSteps(state)
  const missing = steps.filter((step) => done[step.name] === undefined)
  if (missing.length === 0) return
  const context = { ...(await contextOf(server)), demo }
  for (const step of missing) {
    await step.run(context)
    done[step.name] = new Date().toISOString()
    writeWhole(seededFile(state), done)
  }
}

const accountStep = (account: SeededAccount): Step => ({
  name: accountName(account.email),
  run: async ({ batch }) => {
    // Loaded on demand: it imports half of the product, and only the first start needs it.
    const { seedAccount } = await import('./seed-account.ts')
    await seedAccount(batch, account)
  },
})

/** Creates sample workflows in the demo user's team, and one finished run of each. */
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
        throw new Error(`The sample ${sample.name} could not be made: ${problemText(made)}`)
      const input = sample.name === TOUR ? tourInput(false) : {}
      await call('POST', `/api/v1/workflows/${String(made.body.id)}/execute`, { input }, token)
    }
  },
})

/** A problem as text. */
const problemText = ({ status, body }: Answer): string => String(body.detail ?? `the API answered ${status}`)

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
    batch: server.batch,
  }
}
