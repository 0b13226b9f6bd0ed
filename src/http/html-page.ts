// A page of our own. Style and script are inline and named to the browser by their hashes, so the page's policy allows
// exactly these two, and nothing that anybody could slip into the page runs.
import { utf8 } from '../core/crypto.ts'

/** For pages that hold one form. */
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
  body: string
  script?: string
  /** Whether a form of the page may be sent, which then goes to this server only. */
  sendsForms?: boolean
}): Promise<HtmlPage> {
  const { title, style, body, script = '', sendsForms = false } = page
  const withScript = script === '' ? '' : `<script>${script}</script>`
  return {
    html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${style}</style></head><body>${body}${withScript}</body></html>`,
    contentSecurityPolicy: [
      "default-src 'none'",
      "connect-src 'self'",
      'img-src data:',
      `style-src '${await hashOf(style)}'`,
      `script-src '${script === '' ? 'none' : await hashOf(script)}'`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
      `form-action '${sendsForms ? 'self' : 'none'}'`,
    ].join('; '),
  }
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', utf8(text) as Uint8Array<ArrayBuffer>)
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`
}
