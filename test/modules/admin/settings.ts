// Platform settings apply to every test of a file, so each test that changes them resets them.
import { env } from 'cloudflare:workers'
import { loadSettings } from '../../../src/db/platform-settings.ts'
import { call } from '../../helpers/api.ts'
import { newPerson, type Person } from '../../helpers/people.ts'

export const SETTINGS = '/api/v1/admin/settings'

export const putSettings = (admin: Person, body: object, headers: Record<string, string> = {}) =>
  call('PUT', SETTINGS, { as: admin, body, headers })

export async function setSettings(body: object): Promise<void> {
  const answer = await putSettings(await newPerson({ platformRole: 'admin' }), body)
  if (answer.status !== 200) throw new Error(answer.text)
}

export async function resetSettings(): Promise<void> {
  await env.DB.prepare('DELETE FROM platform_settings').run()
  await loadSettings(env.DB)
}
