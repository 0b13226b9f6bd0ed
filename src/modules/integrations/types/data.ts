// Databases with an HTTP API.
import * as z from 'zod'
import { anySecret, bearer, getTest, hostOf, type IntegrationType, string, token, webUrl } from './type.ts'

const connection = z
  .string()
  .trim()
  .max(2_000)
  .regex(/^postgres(ql)?:\/\/[\x21-\x7e]+$/, 'a connection string that begins with postgresql:// is expected')
  .refine(
    (text) => URL.canParse(text) && new URL(text).hostname.includes('.'),
    'a connection string with a host is expected',
  )
  .describe('The connection string, as the console of Neon shows it.')

/** The API of a region has the prefix `api.` before the host of its databases. */
function neonEndpoint(connectionString: string | undefined): string {
  if (connectionString === undefined || !URL.canParse(connectionString)) return ''
  return `https://${new URL(connectionString).hostname.replace(/^[^.]+\./, 'api.')}/sql`
}

const neon: IntegrationType = {
  type: 'neon',
  name: 'PostgreSQL over HTTP (Neon)',
  help: 'A PostgreSQL database of Neon, by SQL over HTTP: POST `{ "query": "SELECT $1", "params": [1] }` to its endpoint `/sql`.',
  helpUrl: 'https://console.neon.tech',
  config: z.strictObject({
    endpoint: webUrl(
      'Where SQL is sent, for proxies of your own. Default: as the connection string says.',
    ).optional(),
  }),
  secrets: z.strictObject({ connectionString: connection }),
  hosts: ({ endpoint }, { connectionString }) => hostOf(endpoint ?? neonEndpoint(connectionString)),
  baseUrl: ({ endpoint }, { connectionString }) => string(endpoint) || neonEndpoint(connectionString),
  auth: (_config, { connectionString = '' }) => ({ headers: { 'neon-connection-string': connectionString } }),
  test: {
    description: 'Asks the database for the number 1.',
    call: ({ endpoint }, { connectionString }) => ({
      url: string(endpoint) || neonEndpoint(connectionString),
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'SELECT 1 AS one', params: [] }),
    }),
    // Postgres errors have codes: class 28 is a failed authentication.
    judge: ({ json }) => (/^28/.test(string((json as { code?: unknown } | null)?.code)) ? 'refused' : null),
  },
}

const supabase: IntegrationType = {
  type: 'supabase',
  name: 'Supabase',
  help: 'A project of Supabase: its REST, Auth and Storage APIs.',
  helpUrl: 'https://supabase.com/dashboard/project/_/settings/api-keys',
  config: z.strictObject({ url: webUrl('The URL of the project, such as https://abc.supabase.co.') }),
  secrets: z.strictObject({ apiKey: token('A secret or publishable key, or the service role key.') }),
  hosts: ({ url }) => hostOf(url),
  baseUrl: ({ url }) => string(url),
  // Older keys are tokens that also contain the role.
  auth: (_config, { apiKey = '' }) => ({
    headers: { apikey: apiKey, ...(apiKey.startsWith('eyJ') ? { authorization: `Bearer ${apiKey}` } : {}) },
  }),
  test: getTest(
    'Reads the settings of the project’s sign-in.',
    ({ url }) => `${string(url)}/auth/v1/settings`,
  ),
}

const upstash: IntegrationType = {
  type: 'upstash-redis',
  name: 'Upstash Redis',
  help: 'A Redis database of Upstash, by its REST API: POST `["SET", "key", "value"]`.',
  helpUrl: 'https://console.upstash.com/redis',
  config: z.strictObject({ url: webUrl('UPSTASH_REDIS_REST_URL.') }),
  secrets: z.strictObject({ token: anySecret('UPSTASH_REDIS_REST_TOKEN.', 2_000).regex(/^[\x21-\x7e]+$/) }),
  hosts: ({ url }) => hostOf(url),
  baseUrl: ({ url }) => string(url),
  auth: (_config, secrets) => bearer(secrets.token),
  test: getTest('Sends PING.', ({ url }) => `${string(url)}/ping`),
}

export const DATA_TYPES = [neon, supabase, upstash]
