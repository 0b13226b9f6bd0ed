// Announcements: for whom and when.

type Audience = string | { plan: string } | { teamId: string }
type Announcement = { startsAt: string; expiresAt: string | null; endedAt: string | null }

export function announcementState(one: Announcement, now: number): 'now' | 'later' | 'over' {
  if (one.endedAt !== null || (one.expiresAt !== null && Date.parse(one.expiresAt) <= now)) return 'over'
  return Date.parse(one.startsAt) > now ? 'later' : 'now'
}

export const audienceText = (audience: Audience): string =>
  typeof audience === 'string'
    ? 'everybody'
    : 'plan' in audience
      ? `teams on the plan ${audience.plan}`
      : `the team ${audience.teamId}`

export type AnnouncementForm = {
  title: string
  message: string
  level: string
  audience: 'all' | 'plan' | 'team'
  plan: string
  teamId: string
  startsAt: string
  expiresAt: string
}

export const EMPTY_ANNOUNCEMENT: AnnouncementForm = {
  title: '',
  message: '',
  level: 'info',
  audience: 'all',
  plan: 'free',
  teamId: '',
  startsAt: '',
  expiresAt: '',
}

const time = (local: string): string => new Date(local).toISOString()

/** Times are in the zone of the browser. Empty ones are left out: from now, and until somebody ends it. */
export const announcementBody = (form: AnnouncementForm) => ({
  title: form.title.trim(),
  message: form.message.trim(),
  level: form.level,
  audience:
    form.audience === 'all'
      ? 'all'
      : form.audience === 'plan'
        ? { plan: form.plan }
        : { teamId: form.teamId.trim() },
  ...(form.startsAt !== '' && { startsAt: time(form.startsAt) }),
  ...(form.expiresAt !== '' && { expiresAt: time(form.expiresAt) }),
})
