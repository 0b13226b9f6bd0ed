// The texts of the account's mails: plain, each with a link and the bare token, so that a client without the page can use it.
import type { QueueMessage } from '../../queue/messages.ts'

type Mail = Extract<QueueMessage, { type: 'mail.send' }>

const mail = (to: string, subject: string, lines: string[]): Mail => ({
  type: 'mail.send',
  to,
  subject,
  text: `${lines.join('\n')}\n`,
})

// The token stands behind the # of the link, which browsers send neither to a server nor to another site.
export const verificationMail = (publicUrl: string, to: string, token: string): Mail =>
  mail(to, 'Confirm your e-mail address', [
    'Please confirm that this address is yours. Open this page:',
    '',
    `${publicUrl}/account/verify-email#token=${token}`,
    '',
    'or send this token to POST /api/v1/auth/email/verify:',
    '',
    token,
    '',
    'It is good for 24 hours. If you have made no account, nothing needs to be done.',
  ])

export const resetMail = (publicUrl: string, to: string, token: string): Mail =>
  mail(to, 'Choose a new password', [
    'Somebody, we hope you, asked for a new password for this address. Open this page:',
    '',
    `${publicUrl}/account/reset-password#token=${token}`,
    '',
    'or send this token with the new password to POST /api/v1/auth/password/reset:',
    '',
    token,
    '',
    'It is good for one hour and one use. If it was not you, nothing needs to be done: your password stays as it is.',
  ])

/** `rest` says what else opens the account. */
export const passwordChangedMail = (publicUrl: string, to: string, rest: string[]): Mail =>
  mail(to, 'Your password was changed', [
    'The password of your account was changed, and all other sessions were ended.',
    '',
    ...(rest.length > 0 ? [...rest, ''] : []),
    `If it was not you, ask for a new password at once: POST ${publicUrl}/api/v1/auth/password/forgot`,
  ])
