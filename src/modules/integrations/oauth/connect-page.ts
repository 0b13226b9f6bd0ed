// The pages of a consent: the target of a link in a mail, and the return page of the provider.
import { FORM_STYLE, type Html, type HtmlPage, html, htmlPage } from '../../../http/html-page.ts'
import type { Connected } from './connect.ts'

const CONNECT_BODY = html`
<h1>Connect an integration</h1>
<p>Sign in as an admin of the team. You are then sent to the provider, which asks for your consent.</p>
<p id="status" role="status"></p>
<form id="form">
<label>E-mail <input name="email" type="email" autocomplete="username" required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<label id="code" hidden>Code of your second factor <input name="mfaCode" autocomplete="one-time-code" disabled></label>
<button id="go">Continue</button>
</form>`

/** The session is only for this page, and ends before the browser leaves it. */
const CONNECT_SCRIPT = `
const at = (id) => document.getElementById(id)
const say = (text) => { at('status').textContent = text }
const id = location.pathname.split('/')[2]
const team = new URLSearchParams(location.search).get('team')

async function ask(method, path, body, token) {
  const headers = {}
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (token) headers.authorization = 'Bearer ' + token
  if (token && team) headers['x-team-id'] = team
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
  const answer = await fetch('/api/v1' + path, init)
  const text = await answer.text()
  const parsed = text === '' ? {} : JSON.parse(text)
  if (!answer.ok) throw Object.assign(new Error(parsed.detail || parsed.title), { code: parsed.code })
  return parsed
}

at('form').addEventListener('submit', async (event) => {
  event.preventDefault()
  at('go').disabled = true
  say('One moment …')
  let token
  try {
    const { email, password, mfaCode } = Object.fromEntries(new FormData(at('form')))
    token = (await ask('POST', '/auth/login', { email, password, mfaCode: mfaCode || undefined })).accessToken
    const { url } = await ask('GET', '/users/integrations/' + encodeURIComponent(id) + '/connect', undefined, token)
    await ask('POST', '/auth/logout', undefined, token).catch(() => undefined)
    location.assign(url)
  } catch (error) {
    if (token) await ask('POST', '/auth/logout', undefined, token).catch(() => undefined)
    if (error.code === 'auth.mfa_required') {
      at('code').hidden = false
      at('code').querySelector('input').disabled = false
    }
    say(error.message)
    at('go').disabled = false
  }
})`

export const connectPageHtml = (): Promise<HtmlPage> =>
  htmlPage({ title: 'Connect an integration', style: FORM_STYLE, body: CONNECT_BODY, script: CONNECT_SCRIPT })

/** People come from the console, or from a mail. The link is only a path, so it leads to this server. */
export const connectedPage = ({ id, teamId, name }: Connected): Promise<HtmlPage> =>
  messagePage(
    'Connected',
    html`<p>The integration "${name}" is connected.</p>
<p><a href="/integrations/${id}?team=${teamId}">Continue in the console</a>, or close this page.</p>`,
  )

export const notConnectedPage = (reason: string): Promise<HtmlPage> =>
  messagePage(
    'Not connected',
    html`<p>${reason}</p>
<p><a href="/integrations">Go to the integrations</a></p>`,
  )

const messagePage = (title: string, message: Html): Promise<HtmlPage> =>
  htmlPage({ title, style: FORM_STYLE, body: html`<h1>${title}</h1>${message}` })
