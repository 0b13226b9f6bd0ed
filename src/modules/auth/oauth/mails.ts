import type { QueueMessage } from '../../../queue/messages.ts'

export const linkedMail = (to: string, provider: string): QueueMessage => ({
  type: 'mail.send',
  to,
  subject: 'A new way to sign in to your account',
  text: `Your account can now be entered by signing in with ${provider}.\n\nIf this was not you, remove it under DELETE /api/v1/auth/oauth/identities/${provider} and change your password.\n`,
})

export const unlinkedMail = (to: string, provider: string): QueueMessage => ({
  type: 'mail.send',
  to,
  subject: 'A way to sign in to your account was removed',
  text: `Your account cannot be entered by signing in with ${provider} any more.\n\nIf this was not you, change your password and look through your sessions.\n`,
})
