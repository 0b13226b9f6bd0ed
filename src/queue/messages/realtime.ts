import * as z from 'zod'

/** Somebody follows this hub, and something has happened that goes to its channels. */
export const RealtimePublish = z.object({
  type: z.literal('realtime.publish'),
  hub: z.string(),
  /** A `TeamEvent`. */
  event: z.record(z.string(), z.json()),
})
export type RealtimePublish = z.infer<typeof RealtimePublish>

/** Those who are connected hear of an announcement, page by page of users. */
export const AnnouncementTell = z.object({
  type: z.literal('announcement.tell'),
  announcementId: z.string(),
  what: z.enum(['announcement.published', 'announcement.ended']),
  afterUserId: z.string(),
})
export type AnnouncementTell = z.infer<typeof AnnouncementTell>

/** Those who have asked for it are notified of an announcement, page by page of users. */
export const AnnouncementNotify = z.object({
  type: z.literal('announcement.notify'),
  announcementId: z.string(),
  afterUserId: z.string(),
})
export type AnnouncementNotify = z.infer<typeof AnnouncementNotify>
