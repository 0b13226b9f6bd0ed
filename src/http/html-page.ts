// A page of our own. Style and script are inline. The page's policy lists their hashes, so the browser runs only these two and
// nothing that somebody injects into the page.
import type { Context } from 'hono'
import { html, raw } from 'hono/html'
import { sha256Base64 } from '../core/crypto.ts'

export { html }

/** The result of `html`. Inserted texts are escaped; inserted results of `html` are not escaped again. */
export type Html = ReturnType<typeof html>

/** For pages with one form. */
export const FORM_STYLE = `
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 26rem; margin: 4rem auto; padding: 0 1rem }
label, input, button { display: block; width: 100%; font: inherit; box-sizing: border-box }
input, button { padding: .5rem .75rem; margin: .5rem 0 1rem; border: 1px solid #8886; border-radius: .4rem }
[type=checkbox] { display: inline; width: auto; margin: 0 .5rem 1rem 0 }
button { background: #5b5bd6; color: #fff; border: 0; cursor: pointer }
button[type=button] { background: none; color: inherit; border: 1px solid #8886 }
[hidden] { display: none }
`

export type HtmlPage = { html: string; contentSecurityPolicy: string }

export async function htmlPage(page: {
  title: string
  style: string
  body: Html
  script?: string
  /** Whether the page may send a form, which can then only go to this server. */
  sendsForms?: boolean
}): Promise<HtmlPage> {
  const { title, style, body, script = '', sendsForms = false } = page
  const document =
    await html`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${raw(style)}</style></head><body>${body}${script === '' ? '' : raw(`<script>${script}</script>`)}</body></html>`
  return {
    html: String(document),
    contentSecurityPolicy: [
      "default-src 'none'",
      ...(script === '' ? [] : ["connect-src 'self'"]),
      'img-src data:',
      `style-src 'sha256-${await sha256Base64(style)}'`,
      `script-src '${script === '' ? 'none' : `sha256-${await sha256Base64(script)}`}'`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
      `form-action '${sendsForms ? 'self' : 'none'}'`,
    ].join('; '),
  }
}

export function answerPage(c: Context, page: HtmlPage, status = 200): Response {
  c.status(status as 200)
  c.header('content-security-policy', page.contentSecurityPolicy)
  return c.body(page.html, undefined, { 'content-type': 'text/html; charset=UTF-8' })
}

/** Browsers get a page, even for errors. Other clients get JSON. */
export const isBrowser = (c: Context): boolean => /\btext\/html\b/i.test(c.req.header('accept') ?? '')
