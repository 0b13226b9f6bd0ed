// What an installation keeps for itself: its keys, and the sign-ins it was seeded with. Made once, never changed here.
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { type LocalSecrets, makeLocalSecrets } from '../local-secrets.ts'
import { type State, writeWhole } from './state.ts'

export type Installation = { secrets: LocalSecrets; adminPassword: string; demoPassword: string }

const newPassword = (): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(15))).toString('base64url')

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
