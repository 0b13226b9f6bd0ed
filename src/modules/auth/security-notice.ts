// The notification about a change to the security of an account. A mail is sent as well.
import type { QueueMessage } from '../../queue/messages/index.ts'
import { notify } from '../../queue/notify.ts'

export const securityNotice = (userId: string, title: string, message: string): QueueMessage =>
  notify({
    kind: 'security.notice',
    to: { userIds: [userId] },
    teamId: null,
    level: 'warning',
    title,
    message,
    mailed: true,
  })
