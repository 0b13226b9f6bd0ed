// What stands among a user's notifications of a change to the security of their account, beside the mail that tells of it.
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
