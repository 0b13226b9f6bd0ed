// A user's notification settings with defaults, and what they mean for a notification.
import { type Channels, defaultChannels, kindOf, NOTIFICATION_KINDS, type NotificationKind } from './kinds.ts'

/** Times of day as `HH:MM` in the user's time zone. If `to` is before `from`, the range includes midnight. */
export type QuietHours = { from: string; to: string }

export type Settings = {
  /** False turns off all mails that can be turned off. */
  mail: boolean
  kinds: Record<NotificationKind, Channels>
  quietHours: QuietHours | null
  mutedWorkflows: string[]
}

/** As stored: only the fields that were set. */
export type StoredSettings = {
  mail?: boolean
  kinds?: Partial<Record<NotificationKind, Partial<Channels>>>
  quietHours?: QuietHours | null
  mutedWorkflows?: string[]
}

export const withDefaults = (stored: StoredSettings): Settings => ({
  mail: stored.mail ?? true,
  kinds: Object.fromEntries(
    NOTIFICATION_KINDS.map((kind) => [kind, { ...defaultChannels(kind), ...stored.kinds?.[kind] }]),
  ) as Settings['kinds'],
  quietHours: stored.quietHours ?? null,
  mutedWorkflows: stored.mutedWorkflows ?? [],
})

/** An update contains only changes. Null removes the quiet hours. */
export function mergeSettings(stored: StoredSettings, update: StoredSettings): StoredSettings {
  const kinds = { ...stored.kinds }
  for (const [kind, channels] of Object.entries(update.kinds ?? {}) as [
    NotificationKind,
    Partial<Channels>,
  ][])
    kinds[kind] = { ...kinds[kind], ...channels }
  return { ...stored, ...update, kinds }
}

/** The user's general preferences: switches for all kinds. */
export type General = { email: boolean; inApp: boolean }

/** The channels of a notification. A kind that cannot be turned off is always shown, and mailed if its kind is mailed at all. */
export function channelsOf(
  kind: NotificationKind,
  settings: Settings,
  general: General,
  workflowId: string | null,
): Channels {
  const { always, mail } = kindOf(kind)
  if (always) return { inApp: true, mail, webhook: settings.kinds[kind].webhook }
  if (workflowId !== null && settings.mutedWorkflows.includes(workflowId))
    return { inApp: false, mail: false, webhook: false }
  const wanted = settings.kinds[kind]
  return {
    inApp: wanted.inApp && general.inApp,
    mail: wanted.mail && settings.mail && general.email,
    webhook: wanted.webhook,
  }
}
