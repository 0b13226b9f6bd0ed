// What a start prints about the seeded accounts that still exist: a password is only shown while it works for its
// account.
import initialize from '@phi-ag/argon2/node'
import { passwordText } from '../src/modules/auth/passwords/text.ts'
import { seededAccounts } from './seed.ts'
import type { SeededAccount } from './seed-account.ts'
import type { Batch } from './server/database.ts'
import type { Installation } from './server/secrets.ts'

export type SignIn = { email: string; password: string }

export async function readSignIns(installation: Installation, batch: Batch): Promise<SignIn[]> {
  const { admin, demo } = seededAccounts(installation)
  const [rows = []] = await batch([
    {
      sql: 'SELECT email, password_hash AS hash FROM users WHERE email IN (?, ?)',
      params: [admin.email, demo.email],
    },
  ])
  const hashes = new Map(rows.map((row) => [row.email, row.hash]))
  const argon2 = await initialize()
  const opens = (account: SeededAccount, password: string): boolean => {
    const hash = hashes.get(account.email)
    return typeof hash === 'string' && argon2.tryVerify(hash, passwordText(password)).success
  }
  const shown = (account: SeededAccount, made: string): string => {
    const given = account === admin ? process.env.ADMIN_PASSWORD : undefined
    if (given && opens(account, given)) return '(ADMIN_PASSWORD)'
    if (opens(account, made)) return made
    return given ? '(as it was set; ADMIN_PASSWORD counts only when the account is made)' : '(changed since)'
  }
  return [
    { email: demo.email, password: shown(demo, installation.demoPassword) },
    { email: admin.email, password: shown(admin, installation.adminPassword) },
  ].filter(({ email }) => hashes.has(email))
}
