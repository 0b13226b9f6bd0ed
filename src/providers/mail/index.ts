// Sends mail through Cloudflare's binding or an HTTP provider.
import { toBase64 } from '../../core/crypto.ts'
import type { Env, Settings } from '../../env.ts'

export type Attachment = { filename: string; contentType: string; bytes: Uint8Array }

export type Mail = {
  to: string
  subject: string
  text: string
  html?: string | undefined
  attachments?: readonly Attachment[] | undefined
  unsubscribeUrl?: string | undefined
}

export type Mailer = {
  kind: 'cloudflare' | 'http'
  /** Whether repeating a call with the same key sends the mail only once. */
  isRepeatable: boolean
  /** Throws if the mail was not accepted. */
  send: (mail: Mail, key: string) => Promise<void>
}

const TIMEOUT_MS = 15_000

/** Null if no mail can be sent. */
export function createMailer(env: Env, settings: Settings): Mailer | null {
  if (env.EMAIL) return cloudflareMailer(env.EMAIL, settings.MAIL_FROM)
  if (settings.MAIL_HTTP_URL)
    return httpMailer(settings.MAIL_HTTP_URL, settings.MAIL_HTTP_TOKEN, settings.MAIL_FROM)
  return null
}

/** A click in a mail program sends a POST to the address (RFC 8058). */
const headersOf = (unsubscribeUrl: string | undefined) =>
  unsubscribeUrl === undefined
    ? {}
    : {
        headers: {
          'List-Unsubscribe': `<${unsubscribeUrl}>`,
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        },
      }

const cloudflareMailer = (binding: SendEmail, from: string): Mailer => ({
  kind: 'cloudflare',
  isRepeatable: false,
  send: async ({ to, subject, text, html, attachments = [], unsubscribeUrl }) => {
    const files = attachments.map(({ filename, contentType, bytes }) => ({
      ...{ disposition: 'attachment' as const, filename, type: contentType, content: bytes },
    }))
    await binding.send({
      ...{ from, to, subject, text },
      ...headersOf(unsubscribeUrl),
      ...(html ? { html } : {}),
      ...(files.length > 0 ? { attachments: files } : {}),
    })
  },
})

/** The JSON that Resend and similar providers accept. */
const httpMailer = (url: string, token: string | undefined, from: string): Mailer => ({
  kind: 'http',
  isRepeatable: true,
  send: async ({ to, subject, text, html, attachments = [], unsubscribeUrl }, key) => {
    const files = attachments.map(({ filename, bytes }) => ({ filename, content: toBase64(bytes) }))
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify({
        ...{ from, to: [to], subject, text },
        ...headersOf(unsubscribeUrl),
        ...(html ? { html } : {}),
        ...(files.length > 0 ? { attachments: files } : {}),
      }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await response.body?.cancel()
    if (!response.ok) throw new Error(`The mail provider answered ${response.status}`)
  },
})
