// Wrangler as a quiet program: no metrics, no banner, no log files, no look-ups, no questions.
import { inRoot } from './paths.ts'

export const wranglerCommand = (): [string, ...string[]] => [
  process.execPath,
  inRoot('node_modules/wrangler/bin/wrangler.js'),
]

export const wranglerEnvironment = (extra: Record<string, string> = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  CI: '1',
  FORCE_COLOR: '0',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_WRITE_LOGS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  X_LOCAL_OBSERVABILITY: 'false',
  X_LOCAL_EXPLORER: 'false',
  ...extra,
})
