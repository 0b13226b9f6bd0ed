// The parts of a user's general preferences that matter for notifications.
import type { Timing } from '../mail-time.ts'
import type { General } from '../preferences.ts'

export function generalOf(preferences: string): General & Pick<Timing, 'timezone' | 'digest'> {
  const { timezone = 'UTC', notifications = {} } = JSON.parse(preferences) as {
    timezone?: string
    notifications?: { email?: boolean; inApp?: boolean; digest?: Timing['digest'] }
  }
  const { email = true, inApp = true, digest = 'off' } = notifications
  return { timezone, email, inApp, digest }
}
