import * as z from 'zod'
import { utf8 } from '../../../core/crypto.ts'
import { JsonValue } from '../../../core/json-value.ts'

const MAX_EXTRA_BYTES = 8 * 1024

const locale = z.string().max(35).refine(isLocale, 'must be a language tag such as en or pt-BR')
const timezone = z.string().max(64).refine(isTimezone, 'must be a zone such as UTC or Europe/Berlin')
const theme = z.enum(['system', 'light', 'dark'])
const digest = z.enum(['off', 'daily', 'weekly'])
/** Data of clients. An update replaces all of it. */
const extra = z
  .record(z.string().max(100), JsonValue)
  .refine((value) => utf8(JSON.stringify(value)).length <= MAX_EXTRA_BYTES, 'at most 8 KB as JSON')

export const Preferences = z
  .strictObject({
    locale: z.string(),
    timezone: z.string(),
    theme,
    notifications: z.strictObject({ email: z.boolean(), inApp: z.boolean(), digest }),
    extra: z.record(z.string(), JsonValue),
  })
  .meta({ id: 'Preferences' })
export type Preferences = z.infer<typeof Preferences>

export const UpdatePreferences = z
  .strictObject({
    locale: locale.optional(),
    timezone: timezone.optional(),
    theme: theme.optional(),
    notifications: z
      .strictObject({
        email: z.boolean().optional(),
        inApp: z.boolean().optional(),
        digest: digest.optional(),
      })
      .optional(),
    extra: extra.optional(),
  })
  .meta({ id: 'UpdatePreferences' })
export type UpdatePreferences = z.infer<typeof UpdatePreferences>

const DEFAULTS: Preferences = {
  locale: 'en',
  timezone: 'UTC',
  theme: 'system',
  notifications: { email: true, inApp: true, digest: 'off' },
  extra: {},
}

/** Only fields that were set are stored, so changed defaults apply to everybody else. */
export function withDefaults(stored: Record<string, unknown>): Preferences {
  const given = stored as Partial<Preferences>
  return Preferences.parse({
    ...DEFAULTS,
    ...given,
    notifications: { ...DEFAULTS.notifications, ...given.notifications },
  })
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}

function isTimezone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
