import type { QueueMessage } from '../../../queue/messages/index.ts'
import { securityNotice } from '../security-notice.ts'

export const linkedMail = (to: string, provider: string): QueueMessage => ({
  type: 'mail.send',
  to,
  subject: 'A new way to sign in to your account',
  text: `You can now sign in to your account with ${provider}.\n\nIf this was not you, remove it with DELETE /api/v1/auth/oauth/identities/${provider} and change your password.\n`,
})

export const unlinkedMail = (to: string, provider: string): QueueMessage => ({
  type: 'mail.send',
  to,
  subject: 'A way to sign in to your account was removed',
  text: `You can no longer sign in to your account with ${provider}.\n\nIf this was not you, change your password and check your sessions.\n`,
})

export const linkedNotice = (userId: string, provider: string): QueueMessage =>
  securityNotice(userId, 'A new way to sign in', `You can now sign in with ${provider}.`)

export const unlinkedNotice = (userId: string, provider: string): QueueMessage =>
  securityNotice(userId, 'A way to sign in was removed', `You can no longer sign in with ${provider}.`)
