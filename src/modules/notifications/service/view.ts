import { toIso, toIsoOrNull } from '../../../core/clock.ts'
import type { ShownRow } from '../repo/notifications.ts'
import type { Notification } from '../schema.ts'

export const toNotification = (row: ShownRow): Notification => ({
  id: row.id,
  kind: row.kind as Notification['kind'],
  level: row.level,
  title: row.title,
  message: row.message,
  link: row.link,
  subject: row.subjectType === null ? null : { type: row.subjectType, id: row.subjectId ?? '' },
  count: row.count,
  readAt: toIsoOrNull(row.readAt),
  createdAt: toIso(row.createdAt),
  updatedAt: toIso(row.updatedAt),
  teamId: row.teamId,
})
