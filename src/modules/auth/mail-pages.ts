// The pages that the mails link to. The token is in the URL's fragment, which browsers never send to a server. Nothing
// happens until a person presses the button, because mail scanners follow links.
import { FORM_STYLE, type Html, type HtmlPage, html, htmlPage } from '../../http/html-page.ts'

const SCRIPT = `
const form = document.querySelector('form')
const say = (text) => { document.querySelector('[role=status]').textContent = text }
const token = new URLSearchParams(location.hash.slice(1)).get('token')
if (!token) say('The link is incomplete. Open the complete link from the email.')
form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const body = { token, ...Object.fromEntries(new FormData(form)) }
  for (const box of form.querySelectorAll('[type=checkbox]:checked')) body[box.name] = true
  const headers = { 'content-type': 'application/json' }
  try {
    const answer = await fetch(form.dataset.to, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!answer.ok) return say((await answer.json()).detail)
    form.hidden = true
    history.replaceState(null, '', location.pathname)
    say(form.dataset.done)
  } catch {
    say('The server did not respond. Try again.')
  }
})
`

type PageText = { title: string; to: string; done: string; fields: Html; button: string }

const PAGES = {
  verifyEmail: {
    title: 'Confirm your email address',
    to: '/api/v1/auth/email/verify',
    done: 'Your address is confirmed. You can close this page.',
    fields: html``,
    button: 'Confirm',
  },
  resetPassword: {
    title: 'Choose a new password',
    to: '/api/v1/auth/password/reset',
    done: 'Your password has been changed. Sign in with the new one.',
    fields: html`<label>New password<input name="newPassword" type="password" autocomplete="new-password" required maxlength="128"></label><label><input name="revokeKeys" type="checkbox">Revoke all my API keys</label><label><input name="unlinkIdentities" type="checkbox">Unlink all sign-in providers</label>`,
    button: 'Change the password',
  },
} satisfies Record<string, PageText>

export type MailPage = keyof typeof PAGES

export function mailPage(name: MailPage): Promise<HtmlPage> {
  const { title, to, done, fields, button } = PAGES[name]
  const form = html`<form data-to="${to}" data-done="${done}">${fields}<button>${button}</button></form>`
  return htmlPage({
    title,
    style: FORM_STYLE,
    script: SCRIPT,
    body: html`<main><h1>${title}</h1>${form}<p role="status"></p></main>`,
  })
}
