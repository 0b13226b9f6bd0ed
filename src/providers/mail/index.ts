// How mail leaves: Cloudflare's binding, an HTTP provider, or a mailbox in D1 that keeps what nobody can send. All
// three take the same mail, so what development shows is what production sends.
import { newId } from '../../core/ids.ts'
import type { Env, Settings } from '../../env.ts'

export type Mail = { to: string; subject: string; text: string; html?: string | undefined }

export type Mailer = {
  kind: 'cloudflare' | 'http' | 'mailbox'
  /** Throws when the mail was not taken; a second call with the same key sends nothing twice where the way allows it. */
  send: (mail: Mail, key: string) => Promise<void>
}

const TIMEOUT_MS = 15_000

export function createMailer(env: Env, settings: Settings, now: () => number): Mailer {
  if (env.EMAIL) return cloudflareMailer(env.EMAIL, settings.MAIL_FROM)
  if (settings.MAIL_HTTP_URL)
    return httpMailer(settings.MAIL_HTTP_URL, settings.MAIL_HTTP_TOKEN, settings.MAIL_FROM)
  return mailboxMailer(env.DB, now)
}

const cloudflareMailer = (binding: SendEmail, from: string): Mailer => ({
  kind: 'cloudflare',
  send: async ({ to, subject, text, html }) => {
    await binding.send({ from, to, subject, text, ...(html ? { html } : {}) })
  },
})

/** The JSON that Resend and providers modelled on it take. */
const httpMailer = (url: string, token: string | undefined, from: string): Mailer => ({
  kind: 'http',
  send: async ({ to, subject, text, html }, key) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify({ from, to: [to], subject, text, ...(html ? { html } : {}) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await response.body?.cancel()
    if (!response.ok) throw new Error(`The mail provider answered ${response.status}`)
  },
})

const mailboxMailer = (d1: D1Database, now: () => number): Mailer => ({
  kind: 'mailbox',
  send: async ({ to, subject, text, html }, key) => {
    // The key is the row's id, so a mail that is sent again after a crash is kept once.
    const id = key.replace(/^msg_/, 'mail_') || newId('mail', now())
    await d1
      .prepare(
        `INSERT INTO mailbox (id, recipient, subject, text_body, html_body, created_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO NOTHING`,
      )
      .bind(id, to.toLowerCase(), subject, text, html ?? null, now())
      .run()
  },
})
