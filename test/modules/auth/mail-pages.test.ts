import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { get } from '../../helpers/api.ts'
import { mailTo } from '../../helpers/jobs.ts'
import { registered } from './accounts.ts'

test('the link in the mail opens a page that changes nothing until the button is pressed', async () => {
  const { email, userId } = await registered()
  const [mail] = await mailTo(email)
  const link = new URL(/http:\/\/\S+/.exec(mail?.text ?? '')?.[0] ?? '')
  const page = await get(link.pathname)
  expect(page.status).toBe(200)
  expect(page.headers.get('content-type')).toContain('text/html')
  expect(page.text).toContain('<form data-to="/api/v1/auth/email/verify"')
  const row = await env.DB.prepare('SELECT email_verified_at AS at FROM users WHERE id = ?')
    .bind(userId)
    .first<{ at: number | null }>()
  expect(row?.at).toBe(null)
})

test('the policy of a page allows its own script and style by hash, and nothing else', async () => {
  for (const path of ['/account/verify-email', '/account/reset-password', '/account/invitation']) {
    const page = await get(path)
    const policy = page.headers.get('content-security-policy') ?? ''
    for (const kind of ['script', 'style']) {
      const text = new RegExp(`<${kind}>([\\s\\S]*?)</${kind}>`).exec(page.text)?.[1] ?? ''
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
      const hash = btoa(String.fromCharCode(...new Uint8Array(digest)))
      expect(policy).toContain(`${kind}-src 'sha256-${hash}'`)
    }
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
  }
})
