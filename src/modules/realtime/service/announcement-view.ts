import { toIso, toIsoOrNull } from '../../../core/clock.ts'
import type { Announcement } from '../../../objects/team-events.ts'
import type { AnnouncementRow } from '../repo/announcements.ts'
import type { AdminAnnouncement } from '../schema.ts'

export const toAnnouncement = (row: AnnouncementRow): Announcement => ({
  id: row.id,
  title: row.title,
  message: row.message,
  level: row.level,
  startsAt: toIso(row.startsAt),
  expiresAt: toIsoOrNull(row.expiresAt),
})

const audienceOf = ({ audiencePlan, audienceTeamId }: AnnouncementRow): AdminAnnouncement['audience'] =>
  audienceTeamId !== null
    ? { teamId: audienceTeamId }
    : audiencePlan !== null
      ? { plan: audiencePlan as 'free' }
      : 'all'

export const toAdminAnnouncement = (row: AnnouncementRow): AdminAnnouncement => ({
  ...toAnnouncement(row),
  audience: audienceOf(row),
  createdBy: row.createdBy,
  createdAt: toIso(row.createdAt),
  endedAt: toIsoOrNull(row.endedAt),
})
