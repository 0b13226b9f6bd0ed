import type { QueueMessage } from '../../../queue/messages.ts'

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
