// The Worker's settings on this machine: its own secrets and local defaults, and above them whatever the environment
// sets under a name that src/env.ts knows.
import { SETTING_NAMES } from '../../src/env.ts'
import type { Installation } from './secrets.ts'

export function localSettings(
  { secrets, mailboxToken, demoPassword }: Installation,
  port: number,
): Record<string, string> {
  const settings: Record<string, string> = {
    ENVIRONMENT: 'development',
    PUBLIC_URL: `http://localhost:${port}`,
    // Nothing in front sets one, so a client could forge it.
    CLIENT_ADDRESS_HEADER: '',
    LOG_LEVEL: 'warn',
    // Each host writes and reports by itself: on one thread few of them are faster than many.
    RUN_SHARDS: '2',
    MAILBOX_TOKEN: mailboxToken,
    DEMO_PASSWORD: demoPassword,
    ...secrets,
  }
  for (const name of SETTING_NAMES) {
    const given = process.env[name]
    if (given !== undefined) settings[name] = given
  }
  // In development the samples call this very server, which is on loopback.
  if (settings.ENVIRONMENT === 'development') {
    settings.OUTBOUND_ALLOW_HOSTS = [settings.OUTBOUND_ALLOW_HOSTS ?? '', `localhost:${port}`]
      .filter(Boolean)
      .join(',')
  }
  return settings
}
