// The secrets of an installation: its keys, and the passwords of its first accounts. Created once and never changed here.
import { randomBytes, randomInt } from 'node:crypto'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { type LocalSecrets, makeLocalSecrets } from '../local-secrets.ts'
import { type State, writeWhole } from './state.ts'

export type Installation = {
  secrets: LocalSecrets
  adminPassword: string
  demoPassword: string
  /** Gives access to stored mail in development. */
  mailboxToken: string
}

/** Without characters that are easily confused. */
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'

/** Four groups of four, with all kinds of characters that a password needs. */
function newPassword(): string {
  for (;;) {
    const random = Array.from({ length: 16 }, () => LETTERS[randomInt(LETTERS.length)]).join('')
    if (/[A-Z]/.test(random) && /[a-z]/.test(random) && /[0-9]/.test(random))
      return random.replace(/.{4}(?=.)/g, '$&-')
  }
}

/** Adds secrets that an earlier version did not create. */
export async function readInstallation(state: State): Promise<Installation> {
  const path = state.file('secrets.json')
  const known: Partial<Installation> = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {}
  const installation: Installation = {
    secrets: known.secrets ?? (await makeLocalSecrets()),
    adminPassword: known.adminPassword ?? newPassword(),
    demoPassword: known.demoPassword ?? newPassword(),
    mailboxToken: known.mailboxToken ?? randomBytes(24).toString('base64url'),
  }
  if (Object.keys(installation).some((name) => !(name in known))) writeWhole(path, installation)
  chmodSync(path, 0o600)
  return installation
}

/** The URL of the stored mail. */
export const mailboxUrl = (serverUrl: string, { mailboxToken }: Installation): string =>
  `${serverUrl}/dev/mailbox?token=${process.env.MAILBOX_TOKEN ?? mailboxToken}`
