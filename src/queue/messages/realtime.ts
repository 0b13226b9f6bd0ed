import * as z from 'zod'

/** Publishes an event to the channels of a hub with followers. */
export const RealtimePublish = z.object({
  type: z.literal('realtime.publish'),
  hub: z.string(),
  /** A `TeamEvent`. */
  event: z.record(z.string(), z.json()),
})
export type RealtimePublish = z.infer<typeof RealtimePublish>

/** Sends an announcement to connected users, page by page. */
export const AnnouncementDeliver = z.object({
  type: z.literal('announcement.deliver'),
  announcementId: z.string(),
  what: z.enum(['announcement.published', 'announcement.ended']),
  afterUserId: z.string(),
})
export type AnnouncementDeliver = z.infer<typeof AnnouncementDeliver>

/** Notifies users who turned on notifications for announcements, page by page. */
export const AnnouncementNotify = z.object({
  type: z.literal('announcement.notify'),
  announcementId: z.string(),
  afterUserId: z.string(),
})
export type AnnouncementNotify = z.infer<typeof AnnouncementNotify>
