// What an installation keeps for itself: its keys, and the sign-ins it was seeded with. Made once, never changed here.
import { randomInt } from 'node:crypto'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { type LocalSecrets, makeLocalSecrets } from '../local-secrets.ts'
import { type State, writeWhole } from './state.ts'

export type Installation = { secrets: LocalSecrets; adminPassword: string; demoPassword: string }

/** Without the characters that are easily taken for one another. */
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'

/** Four groups of four, with all the kinds of character that a password must have. */
function newPassword(): string {
  for (;;) {
    const random = Array.from({ length: 16 }, () => LETTERS[randomInt(LETTERS.length)]).join('')
    if (/[A-Z]/.test(random) && /[a-z]/.test(random) && /[0-9]/.test(random))
      return random.replace(/.{4}(?=.)/g, '$&-')
  }
}

export async function readInstallation(state: State): Promise<Installation> {
  const path = state.file('secrets.json')
  if (!existsSync(path))
    writeWhole(path, {
      secrets: await makeLocalSecrets(),
      adminPassword: newPassword(),
      demoPassword: newPassword(),
    } satisfies Installation)
  chmodSync(path, 0o600)
  return JSON.parse(readFileSync(path, 'utf8')) as Installation
}
