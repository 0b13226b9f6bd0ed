// The bindings and settings of the Worker. They are checked once per isolate. All missing ones are reported together, so that a
// first deployment can be fixed in one go.
import * as z from 'zod'
import { MAX_SHARDS } from './core/run-id.ts'
import type { KeyRing } from './core/secret-box.ts'
import type { FlowGateNamespace } from './objects/flow-gate.ts'
import type { LiveHubNamespace } from './objects/live-hub.ts'
import type { MetricsHubNamespace } from './objects/metrics-hub.ts'
import type { RateLimiterNamespace } from './objects/rate-limiter.ts'
import type { TaskDeskNamespace } from './objects/task-desk.ts'
import type { TeamSearchNamespace } from './objects/team-search.ts'
import type { WebhookSenderNamespace } from './objects/webhook-sender.ts'
import type { RunHostNamespace } from './objects/workflow-run.ts'
import type { QueueEnvelope } from './queue/messages/index.ts'

export type Env = {
  DB: D1Database
  FILES: R2Bucket
  /** Static files: the console and the pages under /docs. */
  ASSETS: Fetcher
  JOBS: Queue<QueueEnvelope>
  RATE_LIMITER: RateLimiterNamespace
  METRICS_HUB: MetricsHubNamespace
  RUNS: RunHostNamespace
  GATES: FlowGateNamespace
  LIVE_HUBS: LiveHubNamespace
  WEBHOOKS: WebhookSenderNamespace
  TASK_DESKS: TaskDeskNamespace
  SEARCHES: TeamSearchNamespace
  /** Calls language models; see workers/models. */
  MODELS: Fetcher
  ADDRESS_LIMIT: RateLimit
  PLAN_LIMIT_FREE: RateLimit
  PLAN_LIMIT_PREMIUM: RateLimit
  PLAN_LIMIT_TEAM: RateLimit
  /** Only bound if Cloudflare sends the mail. */
  EMAIL?: SendEmail
  /** Only bound if one machine runs everything: outbound connections that the runtime itself checks (scripts/server). */
  PUBLIC_NETWORK?: Fetcher
  /** The reasons of failed connections, with `npm start`. */
  NETWORK_FAULTS?: Fetcher
  NAMED_NETWORK?: Fetcher
  [setting: string]: unknown
}

const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' })
        return z.NEVER
      }
    })
    .pipe(schema)

const list = z
  .string()
  .default('')
  .transform((text) => text.split(/[\s,]+/).filter((part) => part !== ''))

/** Pages by origin and path, without the query. */
const pages = list.transform((texts, context) =>
  texts.map((text) => {
    const url = URL.canParse(text) ? new URL(text) : null
    if (url !== null && /^https?:$/.test(url.protocol) && url.href === url.origin + url.pathname)
      return url.href
    context.addIssue({ code: 'custom', message: `${text} must be an http or https URL without a query` })
    return z.NEVER
  }),
)

/** Paths of this server where users control the content or redirects. */
const NO_RETURN_PAGE = /^\/(?:api|approve|dev)(?:\/|$)|%/i

const PrivateJwk = z.looseObject({
  kid: z.string().min(1),
  kty: z.enum(['EC', 'OKP']),
  crv: z.enum(['P-256', 'Ed25519']),
  d: z.string(),
})

const Ring = z
  .object({ current: z.string(), keys: z.record(z.string(), z.string().length(43)) })
  .refine((ring) => ring.current in ring.keys, { message: 'current must name one of keys' })

const OidcProvider = z.object({
  id: z.string().regex(/^[a-z0-9-]{2,32}$/),
  name: z.string(),
  issuer: z.url(),
  clientId: z.string(),
  clientSecret: z.string(),
})

/** The id is part of the provider's URLs and stored with its subjects, so two providers must not share it. */
const OidcProviders = z.array(OidcProvider).superRefine((providers, context) => {
  const known = new Set(['github', 'google'])
  for (const [i, { id }] of providers.entries()) {
    if (known.has(id))
      context.addIssue({ code: 'custom', path: [i, 'id'], message: `the id ${id} is already used` })
    known.add(id)
  }
})

const flag = (fallback: 'true' | 'false') =>
  z
    .enum(['true', 'false'])
    .default(fallback)
    .transform((text) => text === 'true')

/** 19 MiB, as OWASP recommends for two passes. */
export const STRONG_HASH_KIB = 19_456

const SettingsShape = z.object({
  ENVIRONMENT: z.enum(['development', 'production']).default('production'),
  PUBLIC_URL: z.url().default('http://localhost:8787'),
  /** The header in which the proxy passes the client's address. Empty if no proxy sets it, because clients could forge it. */
  CLIENT_ADDRESS_HEADER: z.string().default('cf-connecting-ip'),
  LOG_LEVEL: z.enum(['info', 'warn', 'error', 'none']).default('info'),
  /** Private JWKs. The first signs and all verify. To rotate, add a new one in front. */
  JWT_KEYS: json(z.array(PrivateJwk).min(1)),
  /** 32-byte keys in base64url by id. They encrypt secrets at rest. */
  SECRETS_KEYS: json(Ring),
  CORS_ORIGINS: list,
  /** Pages that an OAuth sign-in may return to, besides our own. Pages on another site must be listed here. */
  OAUTH_RETURN_PAGES: pages,
  METRICS_TOKEN: z.string().min(16).optional(),
  /** The password of the demo user that `npm start` creates in development. The console's sign-in page offers it. */
  DEMO_PASSWORD: z.string().min(8).optional(),
  /** Gives access to the stored mail in development, as an alternative to an admin's sign-in. */
  MAILBOX_TOKEN: z.string().min(16).optional(),
  MAIL_FROM: z.string().default('Orrery <no-reply@orrery.local>'),
  MAIL_HTTP_URL: z.url().optional(),
  MAIL_HTTP_TOKEN: z.string().optional(),
  OAUTH_GITHUB_CLIENT_ID: z.string().optional(),
  OAUTH_GITHUB_CLIENT_SECRET: z.string().optional(),
  OAUTH_GITHUB_URL: z.url().default('https://github.com'),
  OAUTH_GITHUB_API_URL: z.url().default('https://api.github.com'),
  OAUTH_GOOGLE_CLIENT_ID: z.string().optional(),
  OAUTH_GOOGLE_CLIENT_SECRET: z.string().optional(),
  OAUTH_OIDC_PROVIDERS: json(OidcProviders).default([]),
  REQUIRE_VERIFIED_EMAIL: flag('false'),
  /** Who can create an account: anybody, addresses with an open invitation to a team, or nobody. */
  REGISTRATION: z.enum(['open', 'invite', 'closed']).default('open'),
  /** Whether owners can change their team's plan themselves; otherwise only platform administrators can. Default: only in development. */
  PLAN_SELF_SERVICE: z.enum(['true', 'false']).optional(),
  /** Turned off only for measurements and for tests of other features. */
  RATE_LIMITS: flag('true'),
  /** The memory for one password hash (argon2id). Only tests use less than the default. */
  PASSWORD_HASH_KIB: z.coerce.number().int().min(64).max(65_536).default(STRONG_HASH_KIB),
  /** Ended runs are deleted after this many days. */
  RUN_RETENTION_DAYS: z.coerce.number().int().min(1).max(3650).default(30),
  /** The number of hosts that the runs of one team share. A change affects only new runs. */
  RUN_SHARDS: z.coerce.number().int().min(1).max(MAX_SHARDS).default(16),
  /** `host[:port],…` on loopback or private ranges that nodes and integrations may call. */
  OUTBOUND_ALLOW_HOSTS: list.transform((hosts) => hosts.map((host) => host.toLowerCase())),
})

const Settings = SettingsShape.superRefine((settings, context) => {
  if (settings.ENVIRONMENT === 'production' && settings.PASSWORD_HASH_KIB < STRONG_HASH_KIB)
    context.addIssue({
      code: 'custom',
      path: ['PASSWORD_HASH_KIB'],
      message: `must be at least ${STRONG_HASH_KIB} in production`,
    })
  const own = new URL(settings.PUBLIC_URL).origin
  for (const page of settings.OAUTH_RETURN_PAGES) {
    const { origin, pathname } = new URL(page)
    const message =
      origin === own && NO_RETURN_PAGE.test(pathname)
        ? `${page} is not allowed, because users control its content`
        : origin !== own && !settings.CORS_ORIGINS.includes(origin)
          ? `the origin of ${page} must be in CORS_ORIGINS, or the page could not exchange the code`
          : null
    if (message !== null) context.addIssue({ code: 'custom', path: ['OAUTH_RETURN_PAGES'], message })
  }
}).transform(({ PLAN_SELF_SERVICE, ...settings }) => ({
  ...settings,
  // Plans limit mail and runs, so users must not choose their own plan.
  PLAN_SELF_SERVICE:
    PLAN_SELF_SERVICE === undefined ? settings.ENVIRONMENT === 'development' : PLAN_SELF_SERVICE === 'true',
}))

/** The settings that the environment can set; `npm start` passes these on. */
export const SETTING_NAMES: string[] = Object.keys(SettingsShape.shape)

export type Settings = Omit<z.infer<typeof Settings>, 'SECRETS_KEYS'> & { SECRETS_KEYS: KeyRing }

const BINDINGS = [
  'DB',
  'FILES',
  'ASSETS',
  'JOBS',
  'RATE_LIMITER',
  'METRICS_HUB',
  'RUNS',
  'GATES',
  'LIVE_HUBS',
  'WEBHOOKS',
  'TASK_DESKS',
  'SEARCHES',
  'MODELS',
  'ADDRESS_LIMIT',
  'PLAN_LIMIT_FREE',
  'PLAN_LIMIT_PREMIUM',
  'PLAN_LIMIT_TEAM',
] as const

export class SettingsError extends Error {
  readonly problems: string[]

  constructor(problems: string[]) {
    super(`The Worker is not set up:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.name = 'SettingsError'
    this.problems = problems
  }
}

const checked = new WeakMap<object, Settings>()

export function readSettings(env: Env): Settings {
  const known = checked.get(env)
  if (known) return known
  const problems: string[] = BINDINGS.filter((name) => env[name] === undefined).map(
    (name) => `the binding ${name} is missing (wrangler.toml)`,
  )
  if (env.ENVIRONMENT !== 'development' && env.PUBLIC_URL === undefined) {
    problems.push('PUBLIC_URL is not set: links in mails, tokens and cookies contain it')
  }
  const parsed = Settings.safeParse(env)
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0] ?? '')
      problems.push(
        env[name] === undefined ? `${name} is not set` : `${issue.path.join('.')}: ${issue.message}`,
      )
    }
  }
  if (!parsed.success || problems.length > 0) throw new SettingsError(problems)
  checked.set(env, parsed.data)
  return parsed.data
}

export function readLogLevel(env: Env): Settings['LOG_LEVEL'] {
  const parsed = SettingsShape.shape.LOG_LEVEL.safeParse(env.LOG_LEVEL)
  return parsed.success ? parsed.data : 'info'
}
