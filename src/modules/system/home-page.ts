// What a browser is shown at the root: where everything is, as plain links.
import { type HtmlPage, htmlPage } from '../../http/html-page.ts'

const STYLE = `
:root { color-scheme: light dark }
body { font: 16px/1.6 system-ui, sans-serif; max-width: 34rem; margin: 4rem auto; padding: 0 1rem }
li { margin: .4rem 0 }
input, button { font: inherit; padding: .3rem .6rem }
code { font: 14px ui-monospace, monospace }
`

const LINKS = [
  ['/docs', 'API reference', 'every route, with a form to try it'],
  ['/openapi.json', 'OpenAPI 3.1', 'the same contract for programs'],
  ['/health/ready', 'Health', 'whether each part answers'],
  ['/metrics', 'Metrics', 'for Prometheus; takes the metrics token or an admin'],
]

/** Kept mail opens accounts, so its token is asked for and never part of this page. */
const MAILBOX = `<h2>Mail</h2>
<p>Mail is kept here instead of sent. <code>npm run mail</code> shows it, with the token for this form.</p>
<form action="/dev/mailbox"><label>Token <input name="token" type="password" autocomplete="off" required></label> <button>Show mail</button></form>`

export function homePage(version: string, isDevelopment: boolean): Promise<HtmlPage> {
  const items = LINKS.map(([path, name, what]) => `<li><a href="${path}">${name}</a>: ${what}</li>`)
  return htmlPage({
    title: 'Orrery',
    style: STYLE,
    body: `<main><h1>Orrery ${version}</h1><p>Durable agents, tasks and workflows. The API is under <code>/api/v1</code>.</p>
<ul>${items.join('')}</ul>${isDevelopment ? MAILBOX : ''}</main>`,
    sendsForms: isDevelopment,
  })
}
