// The form of a trigger: its fields as the form has them, and the trigger as the API takes it. Fields that the form does not know stay
// as they are.

export type TriggerType = 'schedule' | 'webhook' | 'event' | 'manual'

/** A trigger as it is stored. */
export type Given = { type: TriggerType; key?: string; [field: string]: unknown }

export type Draft = {
  type: TriggerType
  key: string
  /** The texts of all fields, by name. Empty ones are left out of the trigger. */
  texts: Record<string, string>
  methods: string[]
  input: unknown
}

/** What the API adds to a stored trigger. */
const SHOWN_ONLY = ['id', 'active', 'nextFireAt', 'lastFireAt', 'url', 'hasSecret']

const UNITS_MS: Record<string, number> = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 }
export const UNITS = Object.keys(UNITS_MS)
export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'] as const

/** The texts of `auth`, by the name of the form's field. */
const AUTH_FIELDS = [
  'header',
  'algorithm',
  'encoding',
  'prefix',
  'timestampHeader',
  'signedIdHeader',
  'separator',
]

/** The fields of each kind of authentication, apart from the secret. */
export const AUTH: Record<string, readonly string[]> = {
  none: [],
  header: ['header', 'credential'],
  hmac: [...AUTH_FIELDS, 'tolerance', 'credential'],
  github: ['credential'],
  gitlab: ['tolerance', 'credential'],
  stripe: ['tolerance', 'credential'],
  slack: ['tolerance', 'credential'],
  shopify: ['credential'],
}

export function storedOf(trigger: Given): Given {
  const stored = { ...trigger }
  for (const name of SHOWN_ONLY) delete stored[name]
  return stored
}

const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value))

function intervalOf(everyMs: number): { every: string; unit: string } {
  const unit = UNITS.findLast((one) => everyMs % UNITS_MS[one]! === 0) ?? 'minutes'
  return { every: String(everyMs / UNITS_MS[unit]!), unit }
}

export function draftOf(trigger: Given): Draft {
  const auth = (trigger.auth ?? { type: 'none' }) as Record<string, unknown>
  const every = typeof trigger.everyMs === 'number' ? trigger.everyMs : undefined
  return {
    type: trigger.type,
    key: trigger.key ?? '',
    methods: (trigger.methods as string[] | undefined) ?? ['POST'],
    input: trigger.input,
    texts: {
      entry: text(trigger.entry),
      how: every === undefined ? 'cron' : 'interval',
      cron: text(trigger.cron),
      ...(every === undefined ? { every: '', unit: 'hours' } : intervalOf(every)),
      timezone: text(trigger.timezone ?? 'UTC'),
      missed: text(trigger.missed ?? 'one'),
      jitter: trigger.jitterMs ? String(Number(trigger.jitterMs) / 1000) : '',
      path: text(trigger.path),
      respond: text(trigger.respond ?? 'immediately'),
      idHeader: text(trigger.idHeader),
      filter: text(trigger.filter),
      name: text(trigger.name),
      auth: text(auth.type),
      secret: '',
      credential: auth.credential === 'trigger' ? '' : text(auth.credential),
      tolerance: auth.toleranceMs ? String(Number(auth.toleranceMs) / 1000) : '',
      ...Object.fromEntries(AUTH_FIELDS.map((name) => [name, text(auth[name])])),
    },
  }
}

/** Without fields that are undefined. */
const present = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** `before` is the trigger that is edited. */
export function triggerOf({ type, key, texts, methods, input }: Draft, before: Given | null): Given {
  const known = before?.type === type ? storedOf(before) : {}
  const field = (name: string) => texts[name]?.trim() || undefined
  const seconds = (name: string) => (field(name) === undefined ? undefined : Number(texts[name]) * 1000)
  const own: Record<TriggerType, () => Record<string, unknown>> = {
    schedule: () => ({
      cron: texts.how === 'cron' ? field('cron') : undefined,
      everyMs: texts.how === 'interval' ? Number(texts.every) * (UNITS_MS[texts.unit ?? ''] ?? 0) : undefined,
      timezone: texts.how === 'cron' ? field('timezone') : undefined,
      missed: field('missed'),
      jitterMs: seconds('jitter'),
      input,
    }),
    webhook: () => ({
      methods,
      path: field('path'),
      respond: field('respond'),
      idHeader: field('idHeader'),
      filter: field('filter'),
      auth: authOf(texts, field, seconds),
    }),
    event: () => ({ name: field('name'), filter: field('filter') }),
    manual: () => ({}),
  }
  return present({
    ...known,
    type,
    key: key.trim() || undefined,
    entry: field('entry'),
    ...own[type](),
  }) as Given
}

function authOf(
  texts: Record<string, string>,
  field: (name: string) => string | undefined,
  seconds: (name: string) => number | undefined,
): Record<string, unknown> | undefined {
  const type = texts.auth ?? 'none'
  if (type === 'none') return undefined
  const uses = (name: string) => AUTH[type]?.includes(name) ?? false
  return present({
    type,
    ...Object.fromEntries(AUTH_FIELDS.filter(uses).map((name) => [name, texts[name] || undefined])),
    toleranceMs: uses('tolerance') ? seconds('tolerance') : undefined,
    credential: field('credential'),
    secret: texts.secret || undefined,
  })
}

/** All triggers with one changed, added (`at` is null) or removed (`next` is null). */
export function withTrigger(triggers: readonly Given[], at: number | null, next: Given | null): Given[] {
  const stored = triggers.map(storedOf)
  if (at === null) return next === null ? stored : [...stored, next]
  return stored.flatMap((one, index) => (index !== at ? [one] : next === null ? [] : [next]))
}

/** A key that no other trigger has. */
export function freeKey(type: TriggerType, keys: readonly string[]): string {
  for (let number = 1; ; number++) {
    const key = number === 1 ? type : `${type}-${number}`
    if (!keys.includes(key)) return key
  }
}
