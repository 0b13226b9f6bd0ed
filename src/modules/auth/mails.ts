// The texts of account mails: plain text with a link and the token itself, for clients that don't use the page.
import type { QueueMessage } from '../../queue/messages/index.ts'

type Mail = Extract<QueueMessage, { type: 'mail.send' }>

const mail = (to: string, subject: string, lines: string[]): Mail => ({
  type: 'mail.send',
  to,
  subject,
  text: `${lines.join('\n')}\n`,
})

// The token is in the link's fragment, which browsers never send to a server or another site.
export const verificationMail = (publicUrl: string, to: string, token: string): Mail =>
  mail(to, 'Confirm your email address', [
    'Confirm that this address is yours. Open this page:',
    '',
    `${publicUrl}/account/verify-email#token=${token}`,
    '',
    'or send this token to POST /api/v1/auth/email/verify:',
    '',
    token,
    '',
    'The token is valid for 24 hours. If you did not create an account, ignore this email.',
  ])

export const resetMail = (publicUrl: string, to: string, token: string): Mail =>
  mail(to, 'Choose a new password', [
    'Someone requested a new password for this address. If it was you, open this page:',
    '',
    `${publicUrl}/account/reset-password#token=${token}`,
    '',
    'or send this token with the new password to POST /api/v1/auth/password/reset:',
    '',
    token,
    '',
    'The token is valid for one hour and works once. If it was not you, ignore this email. Your password stays the same.',
  ])

/** `rest` lists what else gives access to the account. */
export const passwordChangedMail = (publicUrl: string, to: string, rest: string[]): Mail =>
  mail(to, 'Your password was changed', [
    'The password of your account was changed, and all other sessions were signed out.',
    '',
    ...(rest.length > 0 ? [...rest, ''] : []),
    `If it was not you, request a new password now: POST ${publicUrl}/api/v1/auth/password/forgot`,
  ])
