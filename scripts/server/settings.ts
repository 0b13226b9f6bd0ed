// The Worker's settings on this machine: its generated secrets and local defaults, overridden by the environment variables that src/env.ts knows.
import { SETTING_NAMES } from '../../src/env.ts'
import type { Installation } from './secrets.ts'

export function localSettings(
  { secrets, mailboxToken, demoPassword }: Installation,
  port: number,
): Record<string, string> {
  const settings: Record<string, string> = {
    ENVIRONMENT: 'development',
    PUBLIC_URL: `http://localhost:${port}`,
    // There is no proxy that sets it, so clients could forge it.
    CLIENT_ADDRESS_HEADER: '',
    LOG_LEVEL: 'warn',
    // Each host writes and reports separately. On a single thread, few hosts are faster than many.
    RUN_SHARDS: '2',
    MAILBOX_TOKEN: mailboxToken,
    DEMO_PASSWORD: demoPassword,
    ...secrets,
  }
  for (const name of SETTING_NAMES) {
    const given = process.env[name]
    if (given !== undefined) settings[name] = given
  }
  // In development, the sample workflows call this server, which is on loopback.
  if (settings.ENVIRONMENT === 'development') {
    settings.OUTBOUND_ALLOW_HOSTS = [settings.OUTBOUND_ALLOW_HOSTS ?? '', `localhost:${port}`]
      .filter(Boolean)
      .join(',')
  }
  return settings
}
