// What a user has set, with defaults, and what follows for one notification.
import { type Channels, defaultChannels, kindOf, NOTIFICATION_KINDS, type NotificationKind } from './kinds.ts'

/** Times of the day, `HH:MM`, in the user's time zone. `to` before `from` is over midnight. */
export type QuietHours = { from: string; to: string }

export type Settings = {
  /** False: no mail but that which cannot be turned off. */
  mail: boolean
  kinds: Record<NotificationKind, Channels>
  quietHours: QuietHours | null
  mutedWorkflows: string[]
}

/** As it is stored: only what was set. */
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

/** An update says only what changes. Null for quiet hours removes them. */
export function mergeSettings(stored: StoredSettings, update: StoredSettings): StoredSettings {
  const kinds = { ...stored.kinds }
  for (const [kind, channels] of Object.entries(update.kinds ?? {}) as [
    NotificationKind,
    Partial<Channels>,
  ][])
    kinds[kind] = { ...kinds[kind], ...channels }
  return { ...stored, ...update, kinds }
}

/** The general preferences of the user: switches for all kinds. */
export type General = { email: boolean; inApp: boolean }

/** Where a notification goes. What cannot be turned off is shown and, where its kind is mailed at all, mailed. */
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
